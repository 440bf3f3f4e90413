import { execFileSync } from 'node:child_process';

import { defineConfig } from '@playwright/test';

import type { WorkerOptions } from './fixtures.ts';

/** An installed Chromium: none is downloaded. */
function chromium(): string {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  for (const name of ['chromium', 'google-chrome', 'google-chrome-stable']) {
    try {
      return execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim();
    } catch {
      // The next one, then.
    }
  }
  throw new Error('Chromium is missing: apt-get install chromium, or set CHROMIUM=/path/to/it');
}

// What can change nothing by running, so that a page is looked at as people see it and nothing phones home.
const args = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // In a container /dev/shm may be too small for a renderer, which then crashes.
  '--disable-dev-shm-usage',
];

export default defineConfig<object, WorkerOptions>({
  testDir: 'specs',
  outputDir: 'test-results',
  // Every test has either a product of its own or names of its own; workers have a product each.
  fullyParallel: false,
  workers: 2,
  // A browser that crashes is not the product's fault; what fails twice is. Retried tests are named at the end.
  retries: 1,
  forbidOnly: Boolean(process.env.CI),
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [['list']],
  use: {
    launchOptions: { executablePath: chromium(), args },
    viewport: { width: 1280, height: 800 },
    locale: 'en-GB',
    timezoneId: 'UTC',
    contextOptions: { reducedMotion: 'reduce' },
    trace: 'retain-on-failure',
    screenshot: 'only-on-failure',
  },
  projects: [
    { name: 'chromium', testIgnore: ['screenshots.spec.ts'] },
    // The same specs, without a line of JavaScript. What only islands can do says so with the tag @islands.
    { name: 'no-javascript', testIgnore: ['screenshots.spec.ts'], grepInvert: /@islands|@pages/, use: { javaScriptEnabled: false } },
    // The way through everything once more, on the other engine.
    { name: 'postgres', testMatch: ['first-run.spec.ts', 'keys.spec.ts', 'logs.spec.ts'], use: { engine: 'postgres' } },
    { name: 'screenshots', testMatch: ['screenshots.spec.ts'] },
  ],
});
