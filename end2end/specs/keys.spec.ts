// Keys: listing, finding, switching off and on, issuing with mistakes, revealing once.

import { expect, fresh, owner as test } from '../fixtures.ts';
import { KeyPage } from '../pages/key.ts';
import { KeysPage } from '../pages/keys.ts';
import { moving } from '../pages/moving.ts';
import { NewKeyPage } from '../pages/new-key.ts';

test('the list is searched by name, by visible key and by id, and filtered by state', async ({ page, server }) => {
  const mark = fresh('findable');
  const wanted = await server.issue(`${mark} wanted`);
  const other = await server.issue(`${mark} other`, { enabled: false });
  const keys = new KeysPage(page);

  await keys.open();
  await keys.search(mark);
  await expect(keys.row(wanted.name)).toBeVisible();
  await expect(keys.row(other.name)).toBeVisible();
  await expect(page).toHaveURL(/search=/);

  await keys.search(wanted.id);
  await expect(keys.row(wanted.name)).toBeVisible();
  await expect(keys.rows).toHaveCount(1);

  await keys.open(`search=${encodeURIComponent(mark)}&state=disabled`);
  await expect(keys.row(other.name)).toContainText('Disabled');
  await expect(keys.rows).toHaveCount(1);

  await keys.search(fresh('nothing is called so'));
  await expect(keys.rows).toHaveCount(0);
  await expect(page.getByRole('main')).toContainText(/no key/i);
});

test('the list has pages', async ({ page, server }) => {
  const mark = fresh('paged');
  for (let i = 0; i < 21; i += 1) await server.issue(`${mark} no ${i}`);
  const keys = new KeysPage(page);
  await keys.open(`search=${encodeURIComponent(mark)}`);
  await expect(keys.rows).toHaveCount(20);
  await expect(page.getByText('1–20 of 21 keys')).toBeVisible();
  await expect(keys.row(`${mark} no 20`), 'newest first').toBeVisible();
  await moving(page, () => page.getByRole('link', { name: 'Next' }).click());
  await expect(keys.rows).toHaveCount(1);
  await expect(keys.row(`${mark} no 0`)).toBeVisible();
  await moving(page, () => page.getByRole('link', { name: 'Previous' }).click());
  await expect(keys.rows).toHaveCount(20);
});

test('a key is switched off and on again, at once', async ({ page, server }) => {
  const { id, secret } = await server.issue(fresh('switch'));
  const key = new KeyPage(page);
  await key.open(id);
  await expect(key.state).toHaveText(/Active/);

  await key.disable();
  await expect(key.state).toHaveText(/Disabled/);
  expect((await server.chat(secret)).status).toBe(401);

  await key.enable();
  await expect(key.state).toHaveText(/Active/);
  expect((await server.chat(secret)).status).toBe(200);
});

test('switching off can be undone where it is confirmed', async ({ page, server }) => {
  const { id, secret } = await server.issue(fresh('undone'));
  const key = new KeyPage(page);
  await key.open(id);
  await key.disable();
  expect((await server.chat(secret)).status).toBe(401);
  await page.getByRole('status').getByRole('button', { name: 'Undo' }).click();
  await expect(key.state).toHaveText(/Active/);
  expect((await server.chat(secret)).status).toBe(200);
});

test('the lines for a terminal follow the form, and stand on every page', async ({ page, server, javaScriptEnabled }) => {
  const form = new NewKeyPage(page);
  await form.open();
  const line = page.locator('#key-lines-0');
  await expect(line).toHaveText(/keywright keys create.*--name NAME.*--expires-in-days 90/s);
  if (javaScriptEnabled !== false) {
    await form.name.fill("Ada's key");
    await expect(line).toHaveText(/--name 'Ada'\\''s key'/);
    await expect(page.locator('#key-lines-1')).toHaveText(/curl -X POST '.*\/api\/v1\/keys'.*"name":"Ada'\\''s key"/s);
  }
  const { id } = await server.issue(fresh('terminal'));
  await page.goto(`/keys/${id}`);
  await page.locator('summary').filter({ hasText: 'From a terminal' }).click();
  await expect(page.locator('#terminal-0')).toHaveText(`keywright keys show ${id}`);
});

test('revoking quotes what it would interrupt, and can be left', async ({ page, server }) => {
  const { id, secret } = await server.issue(fresh('in use'));
  const answer = await server.chat(secret);
  await server.logRow(answer.headers.get('x-keywright-request-id') ?? '');
  const key = new KeyPage(page);
  await key.open(id);
  await key.askToRevoke();
  await expect(key.impact).toContainText('1 request in 24 h from 1 address');
  await key.cancelRevoke();
  await expect(key.state).toHaveText(/Active/);
  expect((await server.chat(secret)).status).toBe(200);
});

test('a mistake in the form keeps the input and names the fix', async ({ page, complaints }) => {
  complaints.allow(422);
  const form = new NewKeyPage(page);
  await form.open();
  await form.name.fill('kept name');
  await form.unfold();
  await form.models.fill('gpt-*');
  await form.addresses.fill('10.0.0.0/33');
  // The sentence beside the form is asked for by POST as well.
  const refused = page.waitForResponse((answer) => answer.request().method() === 'POST' && answer.url().endsWith('/keys/new'));
  await form.submit();
  expect((await refused).status()).toBe(422);

  await expect(form.name).toHaveValue('kept name');
  await expect(form.models).toHaveValue('gpt-*');
  await expect(form.addresses).toHaveValue('10.0.0.0/33');
  await expect(form.addresses).toHaveAttribute('aria-invalid', 'true');
  await expect(form.addresses).toHaveAccessibleDescription(/Did you mean 10\.0\.0\.0\/24\?/);

  await form.addresses.fill('10.0.0.0/24');
  const reveal = await form.create();
  await expect(reveal.title('kept name')).toBeVisible();
});

test('description, tags and metadata are kept, and a mistake in them is named', async ({ page, server, complaints }) => {
  complaints.allow(422);
  const name = fresh('labelled');
  const form = new NewKeyPage(page);
  await form.open();
  await form.name.fill(name);
  await page.getByText('description, tags, metadata').click();
  await page.getByLabel('Description', { exact: true }).fill('For the nightly run.');
  await page.getByLabel('Tags', { exact: true }).fill('night run, ci');
  const metadata = page.getByLabel('Metadata', { exact: true });
  await metadata.fill('cost centre 4711');
  await form.submit();
  await expect(metadata).toHaveAccessibleDescription(/JSON object/);
  await metadata.fill('{"cost_centre": 4711}');
  await form.create();

  const { body } = await server.rest('GET', `/keys?search=${encodeURIComponent(name)}`);
  expect(body.items[0]).toMatchObject({ description: 'For the nightly run.', tags: ['night run', 'ci'], metadata: { cost_centre: 4711 } });
  await page.goto(`/keys/${body.items[0].id}`);
  await expect(page.getByText('For the nightly run.')).toBeVisible();
  await expect(page.getByRole('list', { name: 'Tags' }).getByRole('listitem')).toHaveText(['night run', 'ci']);
  await expect(page.getByText('cost_centre')).toBeVisible();
});

test('a name is asked for', async ({ page, complaints }) => {
  complaints.allow(422);
  const form = new NewKeyPage(page);
  await form.open();
  await form.submit();
  await expect(form.name).toHaveAttribute('aria-invalid', 'true');
});

test('after a reload the secret is gone, and no second key was made', async ({ page, server }) => {
  const name = fresh('once');
  const form = new NewKeyPage(page);
  await form.open();
  await form.name.fill(name);
  const reveal = await form.create();
  const secret = await reveal.secret();

  // The page is the answer to a POST: the browser posts it again.
  // Awake, the page asks before it lets go of a key that was not stored.
  page.on('dialog', (dialog) => void dialog.accept());
  await page.reload();
  await expect(page.getByRole('alert')).toContainText(/was shown once|no longer available/);
  expect(await page.content()).not.toContain(secret);
  const { body } = await server.rest('GET', `/keys?search=${encodeURIComponent(name)}`);
  expect(body.total).toBe(1);
});

test('the answer that holds the secret is not stored anywhere', async ({ page }) => {
  const form = new NewKeyPage(page);
  await form.open();
  await form.name.fill(fresh('no-store'));
  const answered = page.waitForResponse((answer) => answer.request().method() === 'POST' && answer.url().endsWith('/keys/new'));
  await form.create();
  const answer = await answered;
  expect(answer.status(), 'never a redirect with a secret').toBe(200);
  expect(answer.headers()['cache-control']).toContain('no-store');
  expect(answer.headers()['content-security-policy']).toMatch(/script-src 'nonce-/);
});

test('the dialog holds on to the key until it is stored', { tag: '@islands' }, async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const form = new NewKeyPage(page);
  await form.open();
  await form.name.fill(fresh('held'));
  const reveal = await form.create();
  const secret = await reveal.secret();

  await expect(reveal.done).toBeDisabled();
  await reveal.copy.click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(secret);
  await page.keyboard.press('Escape');
  await expect(reveal.dialog, 'Esc asks first').toBeVisible();
  await page.getByRole('button', { name: 'Keep it open' }).click();
  await expect(reveal.dialog).toContainText(secret);
  await reveal.stored.check();
  await expect(reveal.done).toBeEnabled();
});

test('the sentence and the terminal line follow what one types', { tag: '@islands' }, async ({ page }) => {
  const form = new NewKeyPage(page);
  await form.open();
  await form.name.fill('nightly-evals');
  await expect(page.getByRole('complementary')).toContainText('nightly-evals may call every model');
  await expect(page.getByRole('complementary')).toContainText('--name nightly-evals');
});
