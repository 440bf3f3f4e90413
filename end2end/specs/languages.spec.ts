// Every page in every language: in that language throughout, and on a phone without sideways scroll.

import type { Page } from '@playwright/test';

import { expect, expectNoSidewaysScroll, fresh, OWNER, owner as test, visitor } from '../fixtures.ts';
import { moving } from '../pages/moving.ts';
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

visitor.describe('the choice of a language', () => {
  visitor.use({ locale: 'it-IT' });

  // On an installation of its own: the choice is kept with the person.
  visitor('the browser decides until somebody chooses, and the choice goes with the person', async ({ page, server, browser }) => {
    await server.claim();
    await page.goto('/login');
    await page.locator('#email').fill(OWNER.email);
    await page.locator('#password').fill(OWNER.password);
    await moving(page, () => page.locator('#password').press('Enter'));
    await page.goto('/keys');
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Chiavi');
    await page.locator('details.account > summary').filter({ visible: true }).click();
    await page.getByRole('button', { name: '简体中文' }).filter({ visible: true }).click();
    await expect(page, 'back where it was chosen').toHaveURL('/keys');
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('密钥');
    await expect(page.locator('html')).toHaveAttribute('lang', 'zh-Hans');
    await page.goto('/upstreams');
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('上游');

    const elsewhere = await browser.newPage({ baseURL: server.adminUrl, locale: 'en-GB' });
    await elsewhere.goto('/login');
    await expect(elsewhere.getByRole('heading', { level: 1 }), 'nobody is signed in there yet').toHaveText(/Sign in/);
    await elsewhere.locator('#email').fill(OWNER.email);
    await elsewhere.locator('#password').fill(OWNER.password);
    await moving(elsewhere, () => elsewhere.locator('#password').press('Enter'));
    await expect(elsewhere.locator('html')).toHaveAttribute('lang', 'zh-Hans');
    await elsewhere.close();
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

test.describe('instants', () => {
  test.use({ timezoneId: 'Asia/Tokyo' });

  test('are in the zone of the browser, from the second page on', { tag: '@islands' }, async ({ page, server, context }) => {
    const { id } = await server.issue(fresh('zoned'));
    await page.goto(`/keys/${id}`);
    await expect.poll(async () => (await context.cookies()).find((cookie) => cookie.name === 'kw_zone')?.value).toBe('Asia/Tokyo');
    await page.reload();
    await expect(page.locator('time').first()).toHaveAttribute('title', /JST$/);
  });
});

tourist.describe('the pseudo-language', { tag: '@pages' }, () => {
  for (const stop of STOPS.filter((stop) => !stop.byWords && !stop.name.startsWith('widgets'))) {
    tourist(`marks every text of ${stop.name}`, async ({ page, on, complaints, context, server }) => {
      if (stop.status) complaints.allow(stop.status);
      await context.addCookies([{ name: 'kw_language', value: 'xa', url: server.adminUrl }]);
      await stop.open(page, on);
      await settle(page);
      expect(await unmarked(page), 'texts that are in no catalog').toEqual([]);
    });
  }
});

/** Texts with letters in them that no catalog holds: those without marks, outside of what is data, code or a name. */
function unmarked(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const data = '[translate=no], code, pre, bdi, kbd, script, style, [lang]:not(html)';
    const foreign = (text: string | null) => text !== null && /\p{L}{2}/u.test(text) && !text.includes('⟦');
    const found = new Set<string>();
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const parent = walker.currentNode.parentElement;
      if (!parent?.closest(data) && foreign(walker.currentNode.nodeValue)) found.add(walker.currentNode.nodeValue?.trim() ?? '');
    }
    for (const element of document.body.querySelectorAll('[aria-label], [title], [placeholder], [alt]')) {
      if (element.closest(data)) continue;
      for (const name of ['aria-label', 'title', 'placeholder', 'alt']) {
        // What a field is filled in with, such as ids and names of models, is no text.
        if (name === 'placeholder' && /^(req_…|gpt-|\{")/.test(element.getAttribute(name) ?? '')) continue;
        if (foreign(element.getAttribute(name))) found.add(`${name}: ${element.getAttribute(name)}`);
      }
    }
    return [...found];
  });
}
