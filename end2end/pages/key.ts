import type { Locator, Page } from '@playwright/test';

import { moving } from './moving.ts';

export class KeyPage {
  readonly page: Page;
  readonly state: Locator;
  /** What a revocation would interrupt. */
  readonly impact: Locator;

  constructor(page: Page) {
    this.page = page;
    const main = page.getByRole('main');
    this.state = main.locator('header .badge');
    this.impact = main.getByText(/requests? (in 24 h|has ever)/i);
  }

  async open(id: string) {
    await this.page.goto(`/keys/${id}`);
  }

  async disable() {
    await moving(this.page, () => this.page.getByRole('button', { name: 'Disable' }).click());
  }

  async enable() {
    await moving(this.page, () => this.page.getByRole('button', { name: 'Enable' }).click());
  }

  async askToRevoke() {
    await this.page.getByRole('link', { name: 'Revoke' }).click();
    await this.page.waitForURL('**/revoke');
  }

  async cancelRevoke() {
    await moving(this.page, () => this.page.getByRole('link', { name: 'Cancel' }).click());
  }

  async revoke() {
    await this.askToRevoke();
    await moving(this.page, () => this.page.getByRole('button', { name: 'Revoke key' }).click());
    await this.page.getByText(/Key revoked/).waitFor();
  }
}
