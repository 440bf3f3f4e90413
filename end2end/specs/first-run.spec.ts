// The way of a newcomer through the whole product: with JavaScript, without it, and on both engines.

import { expect, fresh, OWNER, visitor as test } from '../fixtures.ts';
import { App } from '../pages/app.ts';
import { KeyPage } from '../pages/key.ts';
import { KeysPage } from '../pages/keys.ts';
import { LoginPage } from '../pages/login.ts';
import { LogsPage } from '../pages/logs.ts';
import { NewKeyPage } from '../pages/new-key.ts';
import { NewUpstreamPage } from '../pages/new-upstream.ts';
import { SetupPage } from '../pages/setup.ts';
import { UpstreamsPage } from '../pages/upstreams.ts';
import { hasPython, paste } from '../terminal.mjs';

test('setup, upstream, key, snippet, row, revoke, 401', async ({ page, server, complaints, javaScriptEnabled }) => {
  const setup = new SetupPage(page);
  const app = new App(page);

  await test.step('an unclaimed installation leads every page to setup', async () => {
    await page.goto('/keys');
    await expect(page).toHaveURL('/setup');
    await expect(setup.title).toBeVisible();
  });

  await test.step('setup takes the one-time token', async () => {
    await setup.claim(await server.setupToken(), OWNER);
    await expect(page).toHaveURL('/');
    await expect(app.current).toHaveText(/Overview/);
    complaints.allow(404);
    expect((await page.goto('/setup'))?.status(), 'setup exists once').toBe(404);
    await expect(server.setupToken(), 'the token file is gone').rejects.toThrow();
  });

  await test.step('an upstream that answers offline', async () => {
    await page.goto('/');
    await app.go('Upstreams');
    const upstreams = new UpstreamsPage(page);
    await upstreams.create();
    const form = new NewUpstreamPage(page);
    await form.choose('Echo');
    await form.save();
    await upstreams.open();
    await expect(upstreams.row('echo')).toContainText('Default');
  });

  const name = fresh('checkout-assistant');
  let secret = '';
  let id = '';
  await test.step('a key, shown once', async () => {
    await app.go('Keys');
    await new KeysPage(page).create();
    const form = new NewKeyPage(page);
    await form.name.fill(name);
    const reveal = await form.create();
    await expect(reveal.title(name)).toBeVisible();
    secret = await reveal.secret();
    expect(secret).toMatch(/^sk-auto-live-[0-9A-Za-z]{46}$/);
    expect(page.url(), 'no secret in a URL').not.toContain(secret);

    await test.step('the snippets hold this host and this key, and run as they are', async () => {
      const languages = ['curl', 'JavaScript', ...(hasPython ? ['Python' as const] : [])] as const;
      for (const language of languages) {
        const snippet = await reveal.snippet(language);
        expect(snippet).toContain(server.baseUrl);
        expect(snippet).toContain(secret);
        expect(await paste(language, snippet), `what the ${language} snippet printed`).toMatch(/\S/);
      }
    });
    if (javaScriptEnabled) await expect(reveal.firstRequest).toContainText(/echo/);
    await reveal.finish();
    const keys = new KeysPage(page);
    await keys.open();
    await expect(keys.row(name)).toContainText('Active');
    expect(await page.content(), 'the list shows no secret').not.toContain(secret);
    id = await keys.idOf(name);
  });

  await test.step('the request is in the logs', async () => {
    const answer = await server.chat(secret);
    expect(answer.status).toBe(200);
    const row = await server.logRow(answer.headers.get('x-keywright-request-id') ?? '');
    const logs = new LogsPage(page);
    await logs.open(`id=${row.id}`);
    await expect(logs.rows).toHaveCount(1);
    await expect(logs.rows).toContainText([name]);
    await expect(logs.rows).toContainText(['200']);
    await expect(logs.rows).toContainText(['echo']);
    await logs.show(row.id);
  });

  await test.step('revoking asks first, and holds at once', async () => {
    const key = new KeyPage(page);
    await key.open(id);
    await key.revoke();
    await key.open(id);
    await expect(key.state).toHaveText(/Revoked/);
    const refused = await server.chat(secret);
    expect(refused.status).toBe(401);
    expect((await refused.json()).error.code).toBe('invalid_api_key');
  });

  await test.step('and out', async () => {
    await app.signOut();
    await expect(new LoginPage(page).title).toBeVisible();
  });
});

test('setup refuses a wrong token and a weak password, and keeps what was typed', async ({ page, server, complaints }) => {
  complaints.allow(422);
  const setup = new SetupPage(page);
  await setup.open();
  await setup.claim('0000-0000-0000-0000', OWNER);
  await expect(page.getByText(/not the setup token/i)).toBeVisible();
  await expect(setup.email).toHaveValue(OWNER.email);
  await expect(setup.password, 'a password is never sent back').toHaveValue('');

  await setup.claim(await server.setupToken(), { ...OWNER, password: 'password1234' });
  await expect(setup.password).toHaveAttribute('aria-invalid', 'true');
  await expect(setup.email).toHaveValue(OWNER.email);

  // Neither attempt has used the token up.
  await setup.claim(await server.setupToken(), OWNER);
  await expect(page).toHaveURL('/');
});
