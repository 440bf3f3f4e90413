import type { Locator, Page } from '@playwright/test';

import { moving } from './moving.ts';

export class KeyPage {
  readonly page: Page;
  readonly state: Locator;
  /** What a revocation would interrupt. */
  readonly impact: Locator;

  constructor(page: Page) {
    this.page = page;
    this.state = page.getByRole('main').locator('header .badge');
    this.impact = page.getByText(/requests? (in 24 h|has ever)/i);
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

  /** Asks: in a dialog over the page, without JavaScript on a page of its own. */
  async askToRevoke() {
    await this.page.getByRole('link', { name: 'Revoke' }).click();
    await this.page.getByRole('button', { name: 'Revoke key' }).waitFor();
  }

  async cancelRevoke() {
    await this.page.getByRole('link', { name: 'Cancel' }).click();
    await this.page.getByRole('button', { name: 'Revoke key' }).waitFor({ state: 'hidden' });
  }

  async revoke() {
    await this.askToRevoke();
    await moving(this.page, () => this.page.getByRole('button', { name: 'Revoke key' }).click());
    await this.page.getByText(/Key revoked/).waitFor();
  }
}
