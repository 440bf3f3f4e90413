import { expect, type Locator, type Page } from '@playwright/test';

import { moving } from './moving.ts';
import { Reveal } from './reveal.ts';

export class NewKeyPage {
  readonly page: Page;
  readonly name: Locator;
  readonly expires: Locator;
  readonly perMinute: Locator;
  readonly models: Locator;
  readonly addresses: Locator;

  constructor(page: Page) {
    this.page = page;
    this.name = page.getByLabel('Name', { exact: true });
    this.expires = page.getByLabel('Expires', { exact: true });
    this.perMinute = page.getByLabel('Requests a minute', { exact: true });
    this.models = page.getByLabel('Models', { exact: true });
    this.addresses = page.getByLabel('Addresses', { exact: true });
  }

  async open() {
    await this.page.goto('/keys/new');
  }

  /** Everything beyond the three first answers. */
  async unfold() {
    if (await this.models.isVisible()) return;
    await this.page.getByText('Limits and access').click();
    await expect(this.models).toBeVisible();
  }

  async submit() {
    await moving(this.page, () => this.page.getByRole('button', { name: 'Create key' }).click());
  }

  /** Creates the key; what comes back is the page that shows it once. */
  async create() {
    await this.submit();
    const reveal = new Reveal(this.page);
    await expect(reveal.dialog).toBeVisible();
    return reveal;
  }
}
