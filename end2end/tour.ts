// Every page there is, with something on it: what axe, the narrow screen and the pictures go through.

import type { Page } from '@playwright/test';

import { fresh, owner } from './fixtures.ts';
import type { TestServer } from './test-server.mjs';
import { NewKeyPage } from './pages/new-key.ts';
import { NewUpstreamPage } from './pages/new-upstream.ts';

/** What the pages show. */
export type Furnished = { key: string; spare: string; upstream: string; row: string };

/** A stop: its name, and how to get there; `byWords` where that goes by the English words of a page. */
export type Stop = { name: string; open: (page: Page, on: Furnished) => Promise<unknown>; status?: number; byWords?: boolean };

const at = (path: (on: Furnished) => string) => (page: Page, on: Furnished) => page.goto(path(on));

/** Pages of an installation in use; somebody is signed in. */
export const STOPS: Stop[] = [
  { name: 'overview', open: at(() => '/') },
  { name: 'keys', open: at(() => '/keys') },
  { name: 'keys-none-fits', open: at(() => '/keys?search=nothing-is-called-so') },
  { name: 'key', open: at((on) => `/keys/${on.key}`) },
  { name: 'key-revoke', open: at((on) => `/keys/${on.key}/revoke`) },
  { name: 'new-key', open: at(() => '/keys/new') },
  {
    name: 'new-key-mistakes',
    byWords: true,
    status: 422,
    open: async (page) => {
      const form = new NewKeyPage(page);
      await form.open();
      await form.unfold();
      await form.addresses.fill('10.0.0.0/33');
      await form.perMinute.fill('0');
      await form.submit();
      await page.locator('[aria-invalid=true]').first().waitFor();
    },
  },
  {
    name: 'reveal',
    byWords: true,
    open: async (page) => {
      const form = new NewKeyPage(page);
      await form.open();
      await form.name.fill(fresh('checkout-assistant'));
      await form.create();
    },
  },
  { name: 'upstreams', open: at(() => '/upstreams') },
  { name: 'upstream', open: at((on) => `/upstreams/${on.upstream}`) },
  { name: 'upstream-delete', open: at((on) => `/upstreams/${on.upstream}/delete`) },
  { name: 'new-upstream', open: at(() => '/upstreams/new') },
  {
    name: 'new-upstream-tested',
    byWords: true,
    open: async (page) => {
      const form = new NewUpstreamPage(page);
      await form.open();
      await form.choose('OpenAI-compatible');
      // Nobody listens there: the report says so.
      await form.fill({ name: 'vllm', baseUrl: 'http://127.0.0.1:9/v1', secret: 'sk-any' });
      await form.test();
      await form.report.waitFor();
    },
  },
  { name: 'logs', open: at(() => '/logs') },
  { name: 'logs-filtered', open: at(() => '/logs?status=4xx') },
  { name: 'log', open: at((on) => `/logs/${on.row}`) },
  { name: 'jobs', open: at(() => '/settings/jobs') },
  { name: 'job', open: at(() => '/settings/jobs/audit_head') },
  { name: 'widgets', open: at(() => '/settings/about/widgets') },
  { name: 'widgets-confirm', open: at(() => '/settings/about/widgets?part=confirm') },
  { name: 'widgets-reveal', open: at(() => '/settings/about/widgets?part=reveal') },
  { name: 'not-found', status: 404, open: at(() => '/nowhere') },
];

/** Keys in every state, upstreams, rows with every kind of ending. */
export async function furnish(server: TestServer): Promise<Furnished> {
  const upstream = await server.connect({
    name: fresh('openai'),
    provider: 'openai_compatible',
    base_url: 'https://llm.example.org/v1',
    api_key: 'sk-proj-0123456789abcdef3kQz',
    is_default: false,
  });
  const key = await server.issue('checkout-assistant', { expires_in_days: 90, allowed_models: ['gpt-*', 'text-embedding-3-*', 'echo'] });
  const spare = await server.issue('support-triage', { allowed_cidrs: ['127.0.0.0/8'], rate_limits: { requests_per_minute: null } });
  await server.issue('ends-soon', { expires_in_days: 2, env: 'test' });
  await server.disable((await server.issue('data-science-notebooks')).id);
  await server.revoke((await server.issue('partner-acme', { description: 'Left in spring' })).id);
  await server.issue('a-name-that-is-as-long-as-a-name-may-be-and-has-no-place-to-break-anywhere-0123456789-0123456789-0');
  let row = '';
  for (let i = 0; i < 12; i += 1) {
    const model = i % 5 === 3 ? 'no-such-model' : 'echo';
    const answer = await server.chat(i % 3 === 0 ? spare.secret : key.secret, {
      model,
      stream: i % 2 === 0,
      messages: [{ role: 'user', content: `Say hello to number ${i}` }],
    });
    await answer.text();
    row = answer.headers.get('x-keywright-request-id') ?? row;
  }
  await server.logRow(row);
  return { key: key.id, spare: spare.id, upstream: upstream.id, row };
}

/** Tests of somebody signed in, on a furnished installation of the worker's own. */
export const tourist = owner.extend<object, { on: Furnished }>({
  on: [async ({ server }, use) => use(await furnish(server)), { scope: 'worker' }],
});

/** Pages that only a fresh installation shows. */
export const EMPTY_STOPS = [
  { name: 'empty-overview', path: '/' },
  { name: 'empty-keys', path: '/keys' },
  { name: 'empty-upstreams', path: '/upstreams' },
  { name: 'empty-logs', path: '/logs' },
] as const;

/** Waits until everything that the page names is loaded and its fonts are in use. */
export async function settle(page: Page) {
  await page.waitForLoadState('load');
  await page.evaluate(() => document.fonts.ready.then(() => undefined));
}

