// Logs: rows as they come, filters in the URL, pages, one request.

import { expect, fresh, owner as test, type TestServer } from '../fixtures.ts';
import { LogsPage } from '../pages/logs.ts';

const unlimited = { rate_limits: { requests_per_minute: null } };

/** Sends a chat request and says the id of its row. */
async function sent(server: TestServer, secret: string, model = 'echo', content = 'Hello') {
  const answer = await server.chat(secret, { model, messages: [{ role: 'user', content }] });
  await answer.text();
  return answer.headers.get('x-keywright-request-id') ?? '';
}

test('a request has a row and a page, and neither holds what was said', async ({ page, server }) => {
  const key = await server.issue(fresh('talker'), unlimited);
  const prompt = 'the-lighthouse-keeper-said-plum-jam';
  const id = await sent(server, key.secret, 'echo', prompt);
  const { input_tokens, output_tokens } = await server.logRow(id);

  const logs = new LogsPage(page);
  await logs.open(`key_id=${key.id}`);
  await expect(logs.rows).toHaveCount(1);
  for (const text of [key.name, 'echo', '200', String(input_tokens), String(output_tokens)]) await expect(logs.row(id)).toContainText(text);
  expect(await page.content()).not.toContain(prompt);
  expect(await page.content()).not.toContain(key.secret);

  await logs.show(id);
  const shown = page.locator('dialog[open], main:has(.crumbs)').first();
  for (const text of [id, key.name, '/v1/chat/completions', '127.0.0.1']) await expect(shown).toContainText(text);
  expect(await page.content()).not.toContain(prompt);
});

test('filters are set by the form, stand in the URL, and are taken away one by one', async ({ page, server }) => {
  const key = await server.issue(fresh('mixed'), unlimited);
  const other = await server.issue(fresh('other'), unlimited);
  const good = await sent(server, key.secret);
  const bad = await sent(server, key.secret, 'echo-nonsense');
  const foreign = await sent(server, other.secret);
  for (const id of [good, bad, foreign]) await server.logRow(id);

  const logs = new LogsPage(page);
  await logs.open();
  await expect(logs.row(foreign)).toBeVisible();
  await logs.filter(async (panel) => {
    await panel.key.selectOption({ label: key.name });
    await panel.status.selectOption('4xx');
    await panel.time.selectOption('1h');
  });
  await expect(page).toHaveURL(/status=4xx/);
  await expect(logs.rows).toHaveCount(1);
  await expect(logs.row(bad)).toBeVisible();

  await page.reload();
  await expect(logs.rows, 'the URL is the view').toHaveCount(1);

  await logs.unfilter('Status');
  await expect(logs.rows).toHaveCount(2);
  await expect(logs.row(foreign)).toHaveCount(0);

  await logs.open('model=echo-nonsense');
  await expect(logs.row(bad)).toBeVisible();
  await expect(logs.row(good)).toHaveCount(0);
});

test('a filter that cannot be is named, and nothing is shown', async ({ page, complaints }) => {
  complaints.allow(422);
  const logs = new LogsPage(page);
  await logs.open('status=teapot');
  await expect(page.getByLabel('Status', { exact: true })).toHaveAccessibleDescription(/429|4xx/);
  await expect(logs.rows).toHaveCount(0);
});

test('pages go back and forth without losing a row', async ({ page, server }) => {
  const key = await server.issue(fresh('busy'), unlimited);
  const ids: string[] = [];
  for (let i = 0; i < 53; i += 1) ids.push(await sent(server, key.secret));
  await server.logRow(ids[52] ?? '');
  ids.reverse();

  const logs = new LogsPage(page);
  const shown = () => logs.rows.getByRole('rowheader').getByRole('link').evaluateAll((links) => links.map((link) => link.getAttribute('href')?.split('/').at(-1)));
  await logs.open(`key_id=${key.id}`);
  await expect(logs.rows).toHaveCount(50);
  const first = await shown();
  await logs.older();
  await expect(logs.rows).toHaveCount(3);
  expect([...first, ...(await shown())]).toEqual(ids);
  await logs.newer();
  expect(await shown()).toEqual(first);
});

test('a request that is not there is a page that says so', async ({ page, complaints }) => {
  complaints.allow(404);
  const answer = await page.goto('/logs/req_nonsense');
  expect(answer?.status()).toBe(404);
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
});

test('rows are gone through beside their list, by J and K', { tag: '@islands' }, async ({ page, server }) => {
  const key = await server.issue(fresh('walked'), unlimited);
  const ids: string[] = [];
  for (let i = 0; i < 3; i += 1) ids.push(await sent(server, key.secret));
  await server.logRow(ids[2] ?? '');
  const [oldest, middle, newest] = ids as [string, string, string];

  const logs = new LogsPage(page);
  await logs.open(`key_id=${key.id}`);
  await logs.show(newest);
  await expect(page, 'the list stays where it is').toHaveURL(`/logs?key_id=${key.id}`);
  await page.keyboard.press('j');
  await expect(logs.drawer).toContainText(middle);
  await page.keyboard.press('j');
  await expect(logs.drawer).toContainText(oldest);
  await page.keyboard.press('j');
  await page.keyboard.press('k');
  await expect(logs.drawer).toContainText(middle);
  await expect(logs.drawer.getByRole('link', { name: 'Open full page' })).toHaveAttribute('href', `/logs/${middle}`);
  await page.keyboard.press('Escape');
  await expect(logs.drawer).toBeHidden();
});

test('a click with a modifier opens the page of a row', { tag: '@islands' }, async ({ page, server, context }) => {
  const key = await server.issue(fresh('aside'), unlimited);
  const id = await sent(server, key.secret);
  await server.logRow(id);
  const logs = new LogsPage(page);
  await logs.open(`key_id=${key.id}`);
  const opened = context.waitForEvent('page');
  await logs.row(id).getByRole('rowheader').getByRole('link').click({ modifiers: ['ControlOrMeta'] });
  await expect(await opened).toHaveURL(`/logs/${id}`);
  await expect(logs.drawer).toBeHidden();
});
