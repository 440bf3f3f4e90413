// Upstreams: storing, testing, replacing the secret, choosing the default, deleting.

import { FakeUpstream, UPSTREAM_SECRET } from '../test-server.mjs';
import { expect, fresh, owner as base } from '../fixtures.ts';
import { NewUpstreamPage } from '../pages/new-upstream.ts';
import { UpstreamPage } from '../pages/upstream.ts';
import { UpstreamsPage } from '../pages/upstreams.ts';

const test = base.extend<object, { fake: FakeUpstream }>({
  fake: [
    async ({}, use) => {
      const fake = await FakeUpstream.start();
      await use(fake);
      await fake.stop();
    },
    { scope: 'worker' },
  ],
});

test('a real upstream is tested before it is saved, and its secret is never shown again', async ({ page, fake }) => {
  const name = fresh('vllm');
  const form = new NewUpstreamPage(page);
  await form.open();
  await form.choose('OpenAI-compatible');
  await form.fill({ name, baseUrl: fake.baseUrl, secret: UPSTREAM_SECRET });
  await form.test();
  await expect(form.report).toContainText(/Works/);
  await expect(form.report).toContainText(/Address/);
  await expect(form.report).toContainText(/Models/);

  await form.fill({ name, baseUrl: fake.baseUrl, secret: UPSTREAM_SECRET });
  await form.save();
  await expect(page.getByText(/Upstream saved/)).toBeVisible();
  const upstreams = new UpstreamsPage(page);
  await upstreams.open();
  await expect(upstreams.row(name)).toContainText('sk-***cret');
  expect(await page.content()).not.toContain(UPSTREAM_SECRET);
});

test('a wrong secret is found out by the test, and the input is kept', async ({ page, fake }) => {
  const name = fresh('wrong');
  const form = new NewUpstreamPage(page);
  await form.open();
  await form.choose('OpenAI-compatible');
  await form.fill({ name, baseUrl: fake.baseUrl, secret: 'sk-this-is-not-the-one' });
  await form.test();
  await expect(form.report).toContainText('Does not work');
  await expect(form.report).toContainText(/Secret/);
  await expect(form.name).toHaveValue(name);
  await expect(form.baseUrl).toHaveValue(fake.baseUrl);
});

test('what is missing is said beside the field', async ({ page, complaints }) => {
  complaints.allow(422);
  const form = new NewUpstreamPage(page);
  await form.open();
  await form.choose('OpenAI-compatible');
  await form.fill({ name: 'kept', baseUrl: '', secret: '' });
  await form.save();
  await expect(form.baseUrl).toHaveAttribute('aria-invalid', 'true');
  await expect(form.name).toHaveValue('kept');
});

test('a stored upstream is tested, and its secret replaced', async ({ page, server, fake }) => {
  const { id, name } = await server.connectFake(fake, { name: fresh('stored'), api_key: 'sk-outdated-secret-0001' });
  const upstream = new UpstreamPage(page);
  await upstream.open(id);
  await expect(upstream.title(name)).toBeVisible();
  await expect(page.getByRole('main')).toContainText('sk-***0001');
  await upstream.test();
  await expect(upstream.report).toContainText('Does not work');

  await upstream.replaceSecret(UPSTREAM_SECRET);
  await expect(page.getByText(/Secret replaced/)).toBeVisible();
  await expect(page.getByRole('main')).toContainText('sk-***cret');
  await upstream.test();
  await expect(upstream.report).toContainText(/Works/);
});

test('the default changes hands', async ({ page, server, fake }) => {
  const { id, name } = await server.connectFake(fake, { name: fresh('default') });
  const upstream = new UpstreamPage(page);
  const upstreams = new UpstreamsPage(page);
  // Whichever test came first, this one ends as the default.
  const { body } = await server.rest('GET', `/upstreams/${id}`);
  if (!body.is_default) {
    await upstream.open(id);
    await upstream.makeDefault();
    await expect(page.getByText(/Default changed/)).toBeVisible();
  }
  await upstreams.open();
  await expect(upstreams.row(name)).toContainText('Default');
  // Each dialect has one: whoever speaks only OpenAI's has it alone.
  const { body: list } = await server.rest('GET', '/upstreams?page_size=100');
  const takers = list.items.filter((one: { default_for: string[] }) => one.default_for.includes('openai'));
  expect(takers.map((one: { name: string }) => one.name)).toEqual([name]);
});

test('deleting asks first', async ({ page, server, fake }) => {
  const { id, name } = await server.connectFake(fake, { name: fresh('gone') });
  const upstream = new UpstreamPage(page);
  await upstream.open(id);
  await upstream.askToDelete();
  await upstream.cancelDelete();
  await upstream.open(id);
  await upstream.askToDelete();
  await upstream.confirmDelete();
  await expect(page.getByText(/Upstream deleted/)).toBeVisible();
  const upstreams = new UpstreamsPage(page);
  await upstreams.open();
  await expect(upstreams.row(name)).toHaveCount(0);
});
