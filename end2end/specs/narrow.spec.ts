// A phone of 360 px: nothing scrolls sideways, and the menu leads everywhere.

import { expect, expectNoSidewaysScroll, visitor } from '../fixtures.ts';
import { LoginPage } from '../pages/login.ts';
import { SetupPage } from '../pages/setup.ts';
import { EMPTY_STOPS, settle, STOPS, tourist } from '../tour.ts';

const phone = { viewport: { width: 360, height: 740 }, hasTouch: true };

tourist.describe('360 px', { tag: '@pages' }, () => {
  tourist.use(phone);
  for (const stop of STOPS) {
    tourist(stop.name, async ({ page, on, complaints }) => {
      if (stop.status) complaints.allow(stop.status);
      await stop.open(page, on);
      await settle(page);
      await expectNoSidewaysScroll(page);
    });
  }
});

tourist.describe('360 px, by the menu', () => {
  tourist.use(phone);
  tourist('every place is reached', async ({ page }) => {
    await page.goto('/');
    for (const [place, path] of [['Keys', '/keys'], ['Upstreams', '/upstreams'], ['Logs', '/logs'], ['Overview', '/']] as const) {
      await page.getByLabel('Menu', { exact: true }).click();
      await page.getByRole('link', { name: place }).filter({ visible: true }).first().click();
      await expect(page).toHaveURL(path);
    }
  });
});

visitor.describe('360 px, from setup and sign-in on', { tag: '@pages' }, () => {
  visitor.use(phone);
  visitor('setup, sign-in, and pages with nothing on them', async ({ page, server }) => {
    await new SetupPage(page).open();
    await expectNoSidewaysScroll(page);
    await server.claim();
    const login = new LoginPage(page);
    await login.open();
    await expectNoSidewaysScroll(page);
    await login.signIn();
    for (const { path } of EMPTY_STOPS) {
      await page.goto(path);
      await expectNoSidewaysScroll(page);
    }
  });
});
