// Every page there is, with something on it: what axe, the narrow screen and the pictures go through.

import type { Page } from '@playwright/test';

import { fresh, owner } from './fixtures.ts';
import type { House } from './house.mjs';
import { NewKeyPage } from './pages/new-key.ts';
import { NewUpstreamPage } from './pages/new-upstream.ts';

/** What the pages show. */
export type Furnished = { key: string; spare: string; upstream: string; row: string };

/** A stop: its name, and how to get there. */
export type Stop = { name: string; visit: (page: Page, on: Furnished) => Promise<unknown>; status?: number };

const at = (path: (on: Furnished) => string) => (page: Page, on: Furnished) => page.goto(path(on));

/** Pages of an installation in use; somebody is signed in. */
export const STOPS: Stop[] = [
  { name: 'overview', visit: at(() => '/') },
  { name: 'keys', visit: at(() => '/keys') },
  { name: 'keys-none-fits', visit: at(() => '/keys?search=nothing-is-called-so') },
  { name: 'key', visit: at((on) => `/keys/${on.key}`) },
  { name: 'key-revoke', visit: at((on) => `/keys/${on.key}/revoke`) },
  { name: 'new-key', visit: at(() => '/keys/new') },
  {
    name: 'new-key-mistakes',
    status: 422,
    visit: async (page) => {
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
    visit: async (page) => {
      const form = new NewKeyPage(page);
      await form.open();
      await form.name.fill(fresh('checkout-assistant'));
      await form.create();
    },
  },
  { name: 'upstreams', visit: at(() => '/upstreams') },
  { name: 'upstream', visit: at((on) => `/upstreams/${on.upstream}`) },
  { name: 'upstream-delete', visit: at((on) => `/upstreams/${on.upstream}/delete`) },
  { name: 'new-upstream', visit: at(() => '/upstreams/new') },
  {
    name: 'new-upstream-tested',
    visit: async (page) => {
      const form = new NewUpstreamPage(page);
      await form.open();
      await form.choose('OpenAI-compatible');
      // Nobody listens there: the report says so.
      await form.fill({ name: 'vllm', baseUrl: 'http://127.0.0.1:9/v1', secret: 'sk-any' });
      await form.test();
      await form.report.waitFor();
    },
  },
  { name: 'logs', visit: at(() => '/logs') },
  { name: 'logs-filtered', visit: at(() => '/logs?status=4xx') },
  { name: 'log', visit: at((on) => `/logs/${on.row}`) },
  { name: 'not-found', status: 404, visit: at(() => '/nowhere') },
];

/** Keys in every state, upstreams, rows with every kind of ending. */
export async function furnish(house: House): Promise<Furnished> {
  const upstream = await house.connect({
    name: fresh('openai'),
    provider: 'openai_compatible',
    base_url: 'https://llm.example.org/v1',
    api_key: 'sk-proj-0123456789abcdef3kQz',
    is_default: false,
  });
  const key = await house.issue('checkout-assistant', { expires_in_days: 90, allowed_models: ['gpt-*', 'text-embedding-3-*', 'echo'] });
  const spare = await house.issue('support-triage', { allowed_cidrs: ['127.0.0.0/8'], rate_limits: { requests_per_minute: null } });
  await house.issue('ends-soon', { expires_in_days: 2, env: 'test' });
  await house.disable((await house.issue('data-science-notebooks')).id);
  await house.revoke((await house.issue('partner-acme', { description: 'Left in spring' })).id);
  await house.issue('a-name-that-is-as-long-as-a-name-may-be-and-has-no-place-to-break-anywhere-0123456789-0123456789-0');
  let row = '';
  for (let i = 0; i < 12; i += 1) {
    const model = i % 5 === 3 ? 'no-such-model' : 'echo';
    const answer = await house.chat(i % 3 === 0 ? spare.secret : key.secret, {
      model,
      stream: i % 2 === 0,
      messages: [{ role: 'user', content: `Say hello to number ${i}` }],
    });
    await answer.text();
    row = answer.headers.get('x-keywright-request-id') ?? row;
  }
  await house.logRow(row);
  return { key: key.id, spare: spare.id, upstream: upstream.id, row };
}

/** Tests of somebody signed in, on a furnished installation of the worker's own. */
export const tourist = owner.extend<object, { on: Furnished }>({
  on: [async ({ house }, use) => use(await furnish(house)), { scope: 'worker' }],
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

