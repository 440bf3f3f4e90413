// Light, dark, or as the system has it.

import { expect, owner as test } from '../fixtures.ts';
import { App } from '../pages/app.ts';

test.describe('on a dark system', () => {
  test.use({ colorScheme: 'dark' });

  test('the system decides until somebody chooses, and the choice stays', async ({ page }) => {
    const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    const app = new App(page);
    await page.goto('/keys');
    const dark = await ground();

    await app.colours('Light');
    await expect(page, 'back where it was chosen').toHaveURL('/keys');
    const light = await ground();
    expect(light).not.toBe(dark);

    await page.goto('/logs');
    expect(await ground()).toBe(light);

    await app.colours('System');
    expect(await ground()).toBe(dark);
  });
});
