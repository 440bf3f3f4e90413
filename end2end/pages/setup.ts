import type { Locator, Page } from '@playwright/test';

import { moving } from './moving.ts';

export class SetupPage {
  readonly page: Page;
  readonly title: Locator;
  readonly token: Locator;
  readonly email: Locator;
  readonly password: Locator;

  constructor(page: Page) {
    this.page = page;
    this.title = page.getByRole('heading', { name: 'Set up Keywright' });
    this.token = page.getByLabel('Setup token');
    this.email = page.getByLabel(/e-mail/i);
    this.password = page.getByLabel('Password', { exact: true });
  }

  async open() {
    await this.page.goto('/setup');
  }

  async claim(token: string, { email, password }: { email: string; password: string }) {
    await this.token.fill(token);
    await this.email.fill(email);
    await this.password.fill(password);
    await moving(this.page, () => this.page.getByRole('button', { name: 'Create the first administrator' }).click());
  }
}
