// Pictures of every page for human eyes: end2end/screenshots/<look>/<page>.png.

import { join } from 'node:path';

import { ROOT } from '../test-server.mjs';
import { OWNER, visitor } from '../fixtures.ts';
import { moving } from '../pages/moving.ts';
import { EMPTY_STOPS, settle, STOPS, tourist } from '../tour.ts';

const THEMES = ['light', 'dark'] as const;
const SIZES = [
  { size: '', viewport: { width: 1280, height: 800 } },
  { size: '360-', viewport: { width: 360, height: 740 } },
] as const;
const LANGUAGES = [
  { language: '', locale: 'en-GB' },
  { language: '-it', locale: 'it-IT' },
  { language: '-zh', locale: 'zh-CN' },
] as const;

const LOOKS = THEMES.flatMap((colorScheme) =>
  SIZES.flatMap(({ size, viewport }) =>
    LANGUAGES.map(({ language, locale }) => ({ look: `${size}${colorScheme}${language}`, colorScheme, viewport, locale, english: language === '' })),
  ),
);

for (const { look, colorScheme, viewport, locale, english } of LOOKS) {
  const file = (name: string) => join(ROOT, 'end2end/screenshots', look, `${name}.png`);

  tourist.describe(look, () => {
    tourist.use({ colorScheme, viewport, locale });
    // Stops that go by English words are taken in English alone.
    for (const stop of STOPS.filter((stop) => english || !stop.byWords)) {
      tourist(stop.name, async ({ page, on, complaints }) => {
        if (stop.status) complaints.allow(stop.status);
        await stop.open(page, on);
        await settle(page);
        await page.screenshot({ path: file(stop.name), fullPage: stop.name !== 'reveal' });
      });
    }
  });

  visitor.describe(`${look}, from setup and sign-in on`, () => {
    visitor.use({ colorScheme, viewport, locale });
    visitor('setup, sign-in, and pages with nothing on them', async ({ page, server }) => {
      // By ids: the words are another language's.
      await page.goto('/setup');
      await page.locator('#token').fill('7Q2F-M9XK-4TRC-08VN');
      await page.locator('#email').fill(OWNER.email);
      await page.locator('#password').fill(OWNER.password);
      await page.screenshot({ path: file('setup'), fullPage: true });
      await server.claim();
      await page.goto('/login');
      await page.screenshot({ path: file('login'), fullPage: true });
      await page.locator('#email').fill(OWNER.email);
      await page.locator('#password').fill(OWNER.password);
      await moving(page, () => page.locator('#password').press('Enter'));
      for (const { name, path } of EMPTY_STOPS) {
        await page.goto(path);
        await settle(page);
        await page.screenshot({ path: file(name), fullPage: true });
      }
    });
  });
}
