// The palette and the letters: quicker ways to where links lead.

import type { Page } from '@playwright/test';

import { expect, fresh, owner as test } from '../fixtures.ts';

/** Opens a page and waits until keys mean something there. */
async function open(page: Page, path: string) {
  await page.goto(path);
  await page.locator('body[data-awake]').waitFor();
}

test.describe('the palette', { tag: '@islands' }, () => {
  test('leads to pages and actions by their names', async ({ page }) => {
    await open(page, '/');
    await page.keyboard.press('ControlOrMeta+k');
    const input = page.getByRole('combobox');
    await expect(input).toBeFocused();
    await input.fill('new key');
    await expect(page.getByRole('listbox').getByRole('option')).toHaveCount(1);
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL('/keys/new');
  });

  test('finds keys and upstreams on the server', async ({ page, server }) => {
    const name = fresh('palette-target');
    const { id } = await server.issue(name);
    await open(page, '/logs');
    await page.getByRole('button', { name: 'Search' }).click();
    const input = page.getByRole('combobox');
    await input.fill(name);
    await expect(page.getByRole('listbox').getByRole('option')).toHaveText([new RegExp(name)]);
    await expect(input).toHaveAttribute('aria-activedescendant', 'palette-0');
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL(`/keys/${id}`);
  });

  test('says when there is nothing, and Esc goes back', async ({ page }) => {
    await open(page, '/');
    await page.keyboard.press('ControlOrMeta+k');
    await page.getByRole('combobox').fill('nothing-is-called-so');
    await expect(page.getByText('No results.')).toBeVisible();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await expect(page.getByRole('combobox')).toBeHidden();
  });
});

test.describe('letters', { tag: '@islands' }, () => {
  test('lead to pages, through rows and to the search', async ({ page, server }) => {
    const one = fresh('row-one');
    await server.issue(one);
    await open(page, '/');
    await page.keyboard.press('g');
    await page.keyboard.press('k');
    await expect(page).toHaveURL('/keys');
    await page.locator('body[data-awake]').waitFor();
    await page.keyboard.press('j');
    await expect(page.getByRole('link', { name: one })).toBeFocused();
    await page.keyboard.press('j');
    await page.keyboard.press('k');
    await expect(page.getByRole('link', { name: one })).toBeFocused();
    await page.keyboard.press('/');
    await expect(page.getByRole('searchbox', { name: 'Search keys' })).toBeFocused();
    await page.keyboard.type('gk?j');
    await expect(page.getByRole('searchbox', { name: 'Search keys' }), 'in a field they are letters').toHaveValue('gk?j');
  });

  test('? says which ones there are', async ({ page }) => {
    await open(page, '/');
    await page.keyboard.press('?');
    const help = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
    await expect(help).toContainText('Next and previous row');
    await page.keyboard.press('Escape');
    await expect(help).toBeHidden();
  });

  test('can be switched off', async ({ page }) => {
    await open(page, '/');
    await page.locator('details.account > summary').click();
    await page.locator('form[action="/letters"]').getByRole('button', { name: 'Off' }).filter({ visible: true }).click();
    await expect(page).toHaveURL('/');
    await page.keyboard.press('?');
    await page.keyboard.press('g');
    await page.keyboard.press('k');
    await page.keyboard.press('ControlOrMeta+k');
    await expect(page.getByRole('combobox'), 'the palette is there all the same').toBeFocused();
    await expect(page).toHaveURL('/');
  });
});
