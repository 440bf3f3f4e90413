// What every browser test stands on: a product of its own, a signed-in user, and a check of the browser's console.

import { AxeBuilder } from '@axe-core/playwright';
import { test as base, expect, type BrowserContext, type Page, type TestInfo } from '@playwright/test';

import { TestServer, OWNER, type Engine } from './test-server.mjs';
import { LoginPage } from './pages/login.ts';

export { expect, OWNER };
export type { TestServer };

type Session = Awaited<ReturnType<BrowserContext['storageState']>>;

export type WorkerOptions = {
  /** Where the product keeps its data. */
  engine: Engine;
};

type WorkerFixtures = {
  /** A claimed product with the echo upstream, shared by the tests of a worker: each brings names of its own. */
  server: TestServer;
  /** The owner's cookies. */
  session: Session;
};

type TestFixtures = {
  /** What the browser complained of. A test fails on any of it that it has not announced. */
  complaints: Complaints;
};

/** Console errors, exceptions and violations of the content policy. */
export class Complaints {
  #heard: string[] = [];
  #allowed = new Set<number>();

  /** Announces answers with these statuses: Chromium puts each of them on the console. */
  allow(...statuses: number[]) {
    for (const status of statuses) this.#allowed.add(status);
  }

  listen(context: BrowserContext) {
    context.on('console', (message) => {
      if (message.type() !== 'error') return;
      const status = /the server responded with a status of (\d+)/.exec(message.text())?.[1];
      if (status !== undefined && this.#allowed.has(Number(status))) return;
      this.#heard.push(`console: ${message.text()} (${message.location().url})`);
    });
    context.on('weberror', (error) => this.#heard.push(`exception: ${error.error().stack ?? error.error().message}`));
  }

  get heard() {
    return this.#heard;
  }
}

const watched = base.extend<TestFixtures, WorkerOptions>({
  engine: ['sqlite', { option: true, scope: 'worker' }],
  complaints: async ({}, use) => {
    await use(new Complaints());
  },
  context: async ({ context, complaints }, use) => {
    complaints.listen(context);
    await use(context);
    expect(complaints.heard, 'what the browser complained of').toEqual([]);
  },
});

/** Tests of a fresh installation that belongs to the test alone. No user is signed in. */
export const visitor = watched.extend<{ server: TestServer }>({
  server: async ({ engine }, use, info) => {
    const server = await TestServer.start({ engine });
    await use(server);
    await attachOutput(server, info);
    await server.stop();
  },
  baseURL: async ({ server }, use) => {
    await use(server.adminUrl);
  },
});

/** Tests of an installation that is set up. The owner is signed in. */
export const owner = watched.extend<{ report: void }, WorkerFixtures>({
  server: [
    async ({ engine }, use) => {
      // With the pages for developers: the catalogue of the kit and the pseudo-language are tested like all others.
      const server = await TestServer.start({ engine, env: { KEYWRIGHT_DEVELOPER_PAGES: 'true' } });
      await server.claim();
      await server.connectEcho();
      await use(server);
      await server.stop();
    },
    { scope: 'worker' },
  ],
  session: [
    async ({ server, browser }, use) => {
      const context = await browser.newContext({ baseURL: server.adminUrl });
      const page = await context.newPage();
      await new LoginPage(page).signIn();
      const session = await context.storageState();
      await context.close();
      await use(session);
    },
    { scope: 'worker' },
  ],
  report: [
    async ({ server }, use, info) => {
      await use();
      await attachOutput(server, info);
    },
    { auto: true },
  ],
  storageState: async ({ session }, use) => {
    await use(session);
  },
  baseURL: async ({ server }, use) => {
    await use(server.adminUrl);
  },
});

/** Puts what the product printed beside a test that failed. */
async function attachOutput(server: TestServer, info: TestInfo) {
  if (info.status !== info.expectedStatus) await info.attach('keywright serve', { body: server.output(), contentType: 'text/plain' });
}

/** A name that no other test uses. */
export function fresh(what: string) {
  return `${what} ${Math.random().toString(36).slice(2, 8)}`;
}

/** No violation of any rule that axe knows. */
export async function expectAccessible(page: Page) {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const report = violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${rule.help}\n  ${node.target.join(' ')}\n  ${node.failureSummary}`));
  expect(report, `axe on ${page.url()}`).toEqual([]);
}

/** Nothing reaches over the right edge, unless it scrolls in a box of its own. */
export async function expectNoSidewaysScroll(page: Page) {
  const over = await page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    const scrolls = (element: Element | null): boolean => {
      for (let at = element; at && at !== document.body; at = at.parentElement) {
        if (['auto', 'scroll', 'hidden', 'clip'].includes(getComputedStyle(at).overflowX)) return true;
      }
      return false;
    };
    const sticking = [...document.body.querySelectorAll('*')]
      .filter((element) => {
        const box = element.getBoundingClientRect();
        return box.width > 0 && box.right > width + 1 && box.left < width + 1000 && !scrolls(element.parentElement);
      })
      .map((element) => `${element.tagName.toLowerCase()}.${element.className} ends at ${Math.round(element.getBoundingClientRect().right)} of ${width}`);
    return { sticking, scrollWidth: document.documentElement.scrollWidth, width };
  });
  expect(over.sticking, `too wide on ${page.url()}`).toEqual([]);
  expect(over.scrollWidth, `sideways scroll on ${page.url()}`).toBeLessThanOrEqual(over.width);
}
