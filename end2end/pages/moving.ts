import type { Page } from '@playwright/test';

/** Does what leads to another document, and waits until that one is there: what follows must not act on the old one. */
export async function moving(page: Page, act: () => Promise<unknown>) {
  const arrived = page.waitForEvent('framenavigated', (frame) => frame === page.mainFrame());
  await Promise.all([arrived, act()]);
}
