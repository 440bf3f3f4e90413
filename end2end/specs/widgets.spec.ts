// The catalogue of the kit: every part in every state, compared with pictures that somebody looked at.

import { expect, owner as test, visitor } from '../fixtures.ts';
import { settle } from '../tour.ts';

const PARTS = ['badges', 'notices', 'meters', 'figures', 'facts', 'tabs', 'steps', 'code', 'filters', 'table', 'downwards', 'pager', 'empty', 'diff', 'form', 'form-wrong', 'spark', 'bars', 'area'];

for (const colorScheme of ['light', 'dark'] as const) {
  for (const width of [1280, 360]) {
    test.describe(`${colorScheme}, ${width} px`, { tag: '@pages' }, () => {
      test.use({ colorScheme, viewport: { width, height: 1000 } });
      test('every part looks as it did', async ({ page }) => {
        await page.goto('/settings/about/widgets');
        await settle(page);
        for (const part of PARTS) {
          const box = await page.locator(`#${part}`).boundingBox();
          expect(box, part).not.toBeNull();
          if (!box) continue;
          // A fixed size: a line that breaks elsewhere on another machine is a difference, not another picture.
          const clip = { x: box.x, y: box.y, width: box.width, height: 240 };
          expect(await page.screenshot({ fullPage: true, clip, animations: 'disabled' })).toMatchSnapshot(`${part}-${colorScheme}-${width}.png`, {
            maxDiffPixelRatio: 0.04,
            threshold: 0.3,
          });
        }
      });
    });
  }
}

visitor('the catalogue is not there unless somebody asks for it', async ({ page, server, complaints }) => {
  complaints.allow(404);
  await server.claim();
  await page.goto('/login');
  await page.locator('#email').fill('owner@example.org');
  await page.locator('#password').fill('paper-lantern-over-quiet-water');
  await page.locator('#password').press('Enter');
  await page.waitForURL('**/');
  const answer = await page.goto('/settings/about/widgets');
  expect(answer?.status()).toBe(404);
});
