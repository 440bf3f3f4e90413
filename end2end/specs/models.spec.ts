// Model routes: adding one, changing the order of its deployments, testing, deleting; and an upstream's own settings.

import { FakeUpstream } from '../test-server.mjs';
import { expect, fresh, owner as base } from '../fixtures.ts';

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

test('a model is added, reordered, tested and deleted', async ({ page, server, fake, complaints }) => {
  complaints.allow(422);
  const upstream = await server.connectFake(fake, { name: fresh('deployment') });
  const name = fresh('model');
  await page.goto('/models/new');
  await page.getByLabel('Name', { exact: true }).fill(name);
  const row = (number: number) => page.getByRole('group', { name: `Deployment ${number}` });
  await row(1).getByLabel('Upstream', { exact: true }).selectOption({ label: upstream.name });
  await row(1).getByLabel("The upstream's name for it").fill('first');
  await page.getByRole('button', { name: 'Add a deployment' }).click();
  await row(2).getByLabel('Upstream', { exact: true }).selectOption({ label: upstream.name });
  await row(2).getByLabel("The upstream's name for it").fill('second');
  await row(2).getByRole('button', { name: 'Up' }).click();
  await expect(row(1).getByLabel("The upstream's name for it")).toHaveValue('second');
  await page.getByRole('main').getByRole('button', { name: 'Save model' }).last().click();
  await expect(page.getByText('Model saved.')).toBeVisible();
  const deployments = page.getByRole('table').first().locator('tbody tr');
  await expect(deployments.nth(0)).toContainText('second');
  await expect(deployments.nth(1)).toContainText('first');
  await page.getByRole('button', { name: 'Test' }).click();
  await expect(deployments.nth(0)).toContainText(/Works|Does not work/);

  await page.getByRole('link', { name: 'Change' }).click();
  await page.getByLabel('Name', { exact: true }).fill('');
  await page.getByRole('main').getByRole('button', { name: 'Save model' }).last().click();
  await expect(page.getByRole('main')).toContainText(/required|1 to 256|at least/i);
  await page.goto('/models');
  await page.getByRole('link', { name }).click();
  await page.getByRole('link', { name: 'Delete' }).click();
  await page.getByRole('button', { name: 'Delete model' }).click();
  await expect(page.getByText('Model deleted.')).toBeVisible();
});

test('an upstream is changed, and another address asks for the secret again', async ({ page, server, fake, complaints }) => {
  complaints.allow(422);
  const { id } = await server.connectFake(fake, { name: fresh('changed') });
  const name = fresh('renamed');
  await page.goto(`/upstreams/${id}`);
  await page.getByRole('link', { name: 'Change' }).click();
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByText('Its own settings').click();
  await page.getByLabel('Header fields').fill('x-team: search');
  await page.getByRole('button', { name: 'Save upstream' }).click();
  await expect(page.getByText('Upstream saved. The next request uses it.')).toBeVisible();
  await expect(page.getByRole('heading', { name })).toBeVisible();
  await page.getByRole('link', { name: 'Change' }).click();
  await page.getByLabel('Base URL').fill('http://127.0.0.1:9/v1');
  await page.getByRole('button', { name: 'Save upstream' }).click();
  await expect(page.getByText(/never sent anywhere else/).first()).toBeVisible();
});
