// What a page weighs, where it comes from, and that it stands still.

import type { Page } from '@playwright/test';

import { expect, owner as test } from '../fixtures.ts';

/** Scripts and wasm together, compressed, in bytes. */
const BUDGET = 180 * 1024;

/** Opens a page and waits for the last thing that it loads, the wasm of its islands, and for two frames behind it. */
async function open(page: Page, path: string) {
  const wasm = page.waitForResponse((answer) => new URL(answer.url()).pathname.endsWith('.wasm'));
  await page.goto(path);
  await (await wasm).finished();
  await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
}

test('islands stay within their budget, and nothing comes from anywhere else', { tag: '@islands' }, async ({ page, server }) => {
  const sizes: Promise<number>[] = [];
  const origins = new Set<string>();
  page.on('response', (answer) => origins.add(new URL(answer.url()).origin));
  page.on('requestfinished', (request) => {
    if (/\.(js|wasm)$/.test(new URL(request.url()).pathname)) sizes.push(request.sizes().then((size) => size.responseBodySize));
  });
  await open(page, '/keys/new');
  await expect.poll(() => sizes.length, 'a script and a wasm').toBeGreaterThanOrEqual(2);
  const total = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
  expect(total).toBeGreaterThan(0);
  expect(total).toBeLessThanOrEqual(BUDGET);
  expect([...origins]).toEqual([server.adminUrl]);
});

test('built files may be kept for ever, pages never', { tag: '@islands' }, async ({ page }) => {
  const kept = new Map<string, string>();
  page.on('response', (answer) => kept.set(new URL(answer.url()).pathname, answer.headers()['cache-control'] ?? ''));
  await open(page, '/keys');
  expect(kept.get('/keys')).toContain('no-store');
  const built = [...kept].filter(([path]) => path.startsWith('/pkg/'));
  expect(built.length).toBeGreaterThan(1);
  for (const [path, header] of built) expect(header, path).toContain('immutable');
});

test('nothing moves while a page comes up', { tag: '@islands' }, async ({ page }) => {
  for (const path of ['/', '/keys', '/keys/new', '/upstreams', '/upstreams/new', '/logs', '/settings/jobs', '/settings/about/widgets']) {
    await open(page, path);
    const shift = await page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          let sum = 0;
          new PerformanceObserver((list) => {
            for (const entry of list.getEntries() as (PerformanceEntry & { value: number })[]) sum += entry.value;
          }).observe({ type: 'layout-shift', buffered: true });
          // Buffered entries are delivered in a task of their own.
          setTimeout(() => resolve(sum), 100);
        }),
    );
    expect(shift, path).toBeLessThanOrEqual(0.02);
  }
});
