// The keyboard alone goes from setup to a revoked key.

import type { Locator, Page } from '@playwright/test';

import { expect, OWNER, visitor as test } from '../fixtures.ts';
import { NewKeyPage } from '../pages/new-key.ts';
import { NewUpstreamPage } from '../pages/new-upstream.ts';
import { Reveal } from '../pages/reveal.ts';
import { SetupPage } from '../pages/setup.ts';

/** Tabs until `target` has the focus, and sees to it that one can see where one is. */
async function reach(page: Page, target: Locator) {
  await expect(target.first()).toBeVisible();
  for (let presses = 0; presses < 60; presses += 1) {
    const there = await target.first().evaluate((element) => element === document.activeElement);
    if (there) {
      const seen = await target.first().evaluate((element) => {
        // A ring may be drawn around the label of a hidden input as well.
        const drawn = (at: Element | null) => {
          if (!at) return false;
          const style = getComputedStyle(at);
          return (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none';
        };
        return drawn(element) || drawn(element.parentElement) || drawn(element.nextElementSibling);
      });
      expect(seen, 'the focus can be seen').toBe(true);
      return;
    }
    await page.keyboard.press('Tab');
  }
  throw new Error(`the keyboard does not reach ${target} on ${page.url()}`);
}

async function write(page: Page, target: Locator, text: string) {
  await reach(page, target);
  await page.keyboard.type(text);
}

async function press(page: Page, target: Locator, key: 'Enter' | 'Space' = 'Enter') {
  await reach(page, target);
  await page.keyboard.press(key);
}

test('setup, upstream, key, reveal, revoke', async ({ page, server }) => {
  const setup = new SetupPage(page);
  await setup.open();
  await write(page, setup.token, await server.setupToken());
  await write(page, setup.email, OWNER.email);
  await write(page, setup.password, OWNER.password);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL('/');

  await test.step('the first stop of every page skips the navigation', async () => {
    await page.keyboard.press('Tab');
    await expect(page.getByRole('link', { name: 'Skip to the page' })).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(page.getByRole('main')).toBeFocused();
  });

  const places = page.getByRole('navigation', { name: 'Main', exact: true });
  await press(page, places.getByRole('link', { name: 'Upstreams' }));
  await expect(page).toHaveURL('/upstreams');
  await press(page, page.getByRole('main').getByRole('link', { name: /upstream/i }));
  await expect(page).toHaveURL('/upstreams/new');
  const upstream = new NewUpstreamPage(page);
  // One stop for all providers; arrows walk them.
  await upstream.chooseByKeyboard('Echo', (target) => reach(page, target));
  await press(page, upstream.saveButton);
  await expect(page.getByText(/Upstream saved/)).toBeVisible();

  await press(page, places.getByRole('link', { name: 'Keys' }));
  await press(page, page.getByRole('main').getByRole('link', { name: /New key|Create the first key/ }));
  await expect(page).toHaveURL('/keys/new');
  const form = new NewKeyPage(page);
  await write(page, form.name, 'by keyboard');
  await page.keyboard.press('Enter');

  const reveal = new Reveal(page);
  await expect(reveal.title('by keyboard')).toBeVisible();
  const secret = await reveal.secret();
  await press(page, reveal.stored, 'Space');
  await expect(reveal.stored).toBeChecked();
  await press(page, reveal.done);
  await expect(reveal.dialog).toBeHidden();
  expect((await server.chat(secret)).status).toBe(200);

  await press(page, page.getByRole('link', { name: 'by keyboard' }));
  await press(page, page.getByRole('link', { name: 'Revoke' }));
  await press(page, page.getByRole('button', { name: 'Revoke key' }));
  await expect(page.getByText(/Key revoked/)).toBeVisible();
  expect((await server.chat(secret)).status).toBe(401);
});
