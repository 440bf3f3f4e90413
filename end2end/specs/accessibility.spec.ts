// axe finds nothing, on every page, in both themes.

import { expectAccessible, visitor } from '../fixtures.ts';
import { LoginPage } from '../pages/login.ts';
import { SetupPage } from '../pages/setup.ts';
import { EMPTY_STOPS, settle, STOPS, tourist } from '../tour.ts';

for (const colorScheme of ['light', 'dark'] as const) {
  tourist.describe(colorScheme, { tag: '@pages' }, () => {
    tourist.use({ colorScheme });
    for (const stop of STOPS) {
      tourist(stop.name, async ({ page, on, complaints }) => {
        if (stop.status) complaints.allow(stop.status);
        await stop.open(page, on);
        await settle(page);
        await expectAccessible(page);
      });
    }
  });

  visitor.describe(`${colorScheme}, from setup and sign-in on`, { tag: '@pages' }, () => {
    visitor.use({ colorScheme });
    visitor('setup, sign-in, and pages with nothing on them', async ({ page, server, complaints }) => {
      complaints.allow(422);
      const setup = new SetupPage(page);
      await setup.open();
      await expectAccessible(page);
      await setup.claim('0000-0000-0000-0000', { email: 'nobody@example.org', password: 'short' });
      await setup.token.and(page.locator('[aria-invalid=true]')).waitFor();
      await expectAccessible(page);

      await server.claim();
      const login = new LoginPage(page);
      await login.open();
      await expectAccessible(page);
      await login.fill({ email: 'nobody@example.org', password: 'wrong' });
      await page.getByRole('alert').waitFor();
      await expectAccessible(page);

      await login.signIn();
      for (const { path } of EMPTY_STOPS) {
        await page.goto(path);
        await settle(page);
        await expectAccessible(page);
      }
    });
  });
}
