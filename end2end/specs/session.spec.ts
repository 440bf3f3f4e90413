// Signing in and out.

import { expect, OWNER, visitor as test } from '../fixtures.ts';
import { App } from '../pages/app.ts';
import { LoginPage } from '../pages/login.ts';

test.beforeEach(async ({ server }) => server.claim());

test('sign in, land where one wanted to go, sign out', async ({ page, context }) => {
  const login = new LoginPage(page);
  await page.goto('/logs?status=4xx');
  await expect(page).toHaveURL(/\/login\?next=/);
  await login.fill(OWNER);
  await expect(page).toHaveURL('/logs?status=4xx');

  const [cookie] = await context.cookies();
  expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Lax' });

  await new App(page).signOut();
  await expect(login.title).toBeVisible();
  await page.goto('/keys');
  await expect(page).toHaveURL(/\/login/);
});

test('the cookie is worth nothing after signing out', async ({ page, context, server }) => {
  await new LoginPage(page).signIn();
  const before = await context.cookies();
  await new App(page).signOut();
  await context.clearCookies();
  await context.addCookies(before);
  await page.goto(`${server.adminUrl}/keys`);
  await expect(page).toHaveURL(/\/login/);
});

test('a wrong password says no more than that, and keeps the address', async ({ page, complaints }) => {
  complaints.allow(422);
  const login = new LoginPage(page);
  await login.open();
  await login.fill({ ...OWNER, password: 'not-the-password-at-all' });
  const known = await page.getByRole('alert').textContent();
  await expect(login.email).toHaveValue(OWNER.email);
  await expect(login.password).toHaveValue('');

  await login.fill({ email: 'nobody@example.org', password: 'not-the-password-at-all' });
  await expect(page.getByRole('alert'), 'the same for somebody who is not there').toHaveText(known ?? '');

  await login.fill(OWNER);
  await expect(page).toHaveURL('/');
});

test('guessing on is slowed down', async ({ page, complaints }) => {
  complaints.allow(422, 429);
  const login = new LoginPage(page);
  await login.open();
  for (let attempt = 0; attempt < 10; attempt += 1) await login.fill({ ...OWNER, password: `wrong-guess-number-${attempt}` });
  const throttled = page.waitForResponse((answer) => answer.request().method() === 'POST');
  await login.fill(OWNER);
  expect((await throttled).status(), 'even the right password has to wait now').toBe(429);
});

test('somewhere else is no place to land', async ({ page }) => {
  const login = new LoginPage(page);
  await page.goto('/login?next=https%3A%2F%2Fevil.example%2F');
  await login.fill(OWNER);
  await expect(page).toHaveURL('/');
});

test('a form whose session had ended keeps what was typed, but no secret', async ({ page, context, complaints }) => {
  complaints.allow(401);
  const login = new LoginPage(page);
  await login.signIn();
  await page.goto('/upstreams/new?provider=openai_compatible');
  await page.getByLabel('Name', { exact: true }).fill('typed before');
  await page.getByLabel('Base URL', { exact: true }).fill('http://127.0.0.1:9/v1');
  await page.getByLabel('Secret', { exact: true }).fill('sk-typed-before');
  await context.clearCookies();
  await page.getByRole('button', { name: /^Save/ }).click();
  await expect(page.getByText('Your session has ended.')).toBeVisible();
  expect(await page.content()).not.toContain('sk-typed-before');
  await login.fill(OWNER);
  await expect(page).toHaveURL('/upstreams/new');
  await expect(page.getByLabel('Name', { exact: true })).toHaveValue('typed before');
  await expect(page.getByLabel('Base URL', { exact: true })).toHaveValue('http://127.0.0.1:9/v1');
  await expect(page.getByLabel('Secret', { exact: true })).toHaveValue('');
  await expect(page.getByRole('status')).toContainText('what you typed has been restored');
  await page.goto('/upstreams/new');
  await expect(page.getByLabel('Name', { exact: true }), 'once').toHaveValue('');
});
