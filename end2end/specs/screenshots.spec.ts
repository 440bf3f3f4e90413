// Pictures of every page for human eyes: end2end/screenshots/<look>/<page>.png.

import { join } from 'node:path';

import { ROOT } from '../test-server.mjs';
import { OWNER, visitor } from '../fixtures.ts';
import { LoginPage } from '../pages/login.ts';
import { SetupPage } from '../pages/setup.ts';
import { EMPTY_STOPS, settle, STOPS, tourist } from '../tour.ts';

const LOOKS = [
  { look: 'light', colorScheme: 'light', viewport: { width: 1440, height: 900 } },
  { look: 'dark', colorScheme: 'dark', viewport: { width: 1440, height: 900 } },
  { look: '360-light', colorScheme: 'light', viewport: { width: 360, height: 740 } },
  { look: '360-dark', colorScheme: 'dark', viewport: { width: 360, height: 740 } },
] as const;

for (const { look, colorScheme, viewport } of LOOKS) {
  const file = (name: string) => join(ROOT, 'end2end/screenshots', look, `${name}.png`);

  tourist.describe(look, () => {
    tourist.use({ colorScheme, viewport });
    for (const stop of STOPS) {
      tourist(stop.name, async ({ page, on, complaints }) => {
        if (stop.status) complaints.allow(stop.status);
        await stop.open(page, on);
        await settle(page);
        await page.screenshot({ path: file(stop.name), fullPage: stop.name !== 'reveal' });
      });
    }
  });

  visitor.describe(`${look}, from setup and sign-in on`, () => {
    visitor.use({ colorScheme, viewport });
    visitor('setup, sign-in, and pages with nothing on them', async ({ page, server }) => {
      const setup = new SetupPage(page);
      await setup.open();
      await setup.token.fill('7Q2F-M9XK-4TRC-08VN');
      await setup.email.fill(OWNER.email);
      await setup.password.fill(OWNER.password);
      await page.screenshot({ path: file('setup'), fullPage: true });
      await server.claim();
      const login = new LoginPage(page);
      await login.open();
      await page.screenshot({ path: file('login'), fullPage: true });
      await login.signIn();
      for (const { name, path } of EMPTY_STOPS) {
        await page.goto(path);
        await settle(page);
        await page.screenshot({ path: file(name), fullPage: true });
      }
    });
  });
}
