// Every page in every language: in that language throughout, and on a phone without sideways scroll.

import { expect, expectNoSidewaysScroll, owner as test } from '../fixtures.ts';
import { settle, STOPS, tourist } from '../tour.ts';

const LANGUAGES = [
  { locale: 'it-IT', lang: 'it' },
  { locale: 'zh-CN', lang: 'zh-Hans' },
] as const;

for (const { locale, lang } of LANGUAGES) {
  tourist.describe(`${lang}, 360 px`, { tag: '@pages' }, () => {
    tourist.use({ locale, viewport: { width: 360, height: 740 }, hasTouch: true });
    for (const stop of STOPS.filter((stop) => !stop.byWords)) {
      tourist(stop.name, async ({ page, on, complaints }) => {
        if (stop.status) complaints.allow(stop.status);
        await stop.open(page, on);
        await settle(page);
        await expect(page.locator('html')).toHaveAttribute('lang', lang);
        await expectNoSidewaysScroll(page);
      });
    }
  });
}

test.describe('the choice of a language', () => {
  test.use({ locale: 'it-IT' });

  test('the browser decides until somebody chooses, and the choice stays', async ({ page }) => {
    await page.goto('/keys');
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Chiavi');
    await page.locator('details.account > summary').filter({ visible: true }).click();
    await page.getByRole('button', { name: '简体中文' }).filter({ visible: true }).click();
    await expect(page, 'back where it was chosen').toHaveURL('/keys');
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('密钥');
    await expect(page.locator('html')).toHaveAttribute('lang', 'zh-Hans');
    await page.goto('/upstreams');
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('上游');
  });
});

test.describe('mistakes', () => {
  test.use({ locale: 'zh-CN' });

  test('are named in the language of the page', async ({ page, complaints }) => {
    complaints.allow(422);
    await page.goto('/keys/new');
    await page.locator('#key-form button.button-main').click();
    await expect(page.locator('#name')).toHaveAccessibleDescription(/1.*100.*字符/);
  });
});
