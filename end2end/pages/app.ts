import { expect, type Locator, type Page } from '@playwright/test';

import { moving } from './moving.ts';

/** The frame around every page of a signed-in user. */
export class App {
  readonly page: Page;
  readonly current: Locator;

  constructor(page: Page) {
    this.page = page;
    this.current = page.getByRole('navigation', { name: 'Main', exact: true }).locator('[aria-current=page]');
  }

  /** By the navigation. */
  async go(place: 'Overview' | 'Keys' | 'Upstreams' | 'Logs') {
    await moving(this.page, () => this.page.getByRole('navigation', { name: 'Main', exact: true }).getByRole('link', { name: place }).click());
    await expect(this.current).toContainText(place);
  }

  /** Opens the menu under the name of whoever is signed in. */
  async #account() {
    const menu = this.page.locator('.sidebar details');
    if ((await menu.getAttribute('open')) === null) await menu.locator('summary').click();
    return menu;
  }

  async signOut() {
    const menu = await this.#account();
    await moving(this.page, () => menu.getByRole('button', { name: 'Sign out' }).click());
    await expect(this.page).toHaveURL(/\/login$/);
  }

  async colours(choice: 'System' | 'Light' | 'Dark') {
    const menu = await this.#account();
    await moving(this.page, () => menu.getByRole('button', { name: choice }).click());
    await expect(this.page.locator('html')).toHaveAttribute('data-theme', choice.toLowerCase());
  }
}
