import { expect, type Locator, type Page } from '@playwright/test';

import { OWNER } from '../test-server.mjs';
import { moving } from './moving.ts';

export class LoginPage {
  readonly page: Page;
  readonly title: Locator;
  readonly email: Locator;
  readonly password: Locator;

  constructor(page: Page) {
    this.page = page;
    this.title = page.getByRole('heading', { name: /Sign in/ });
    this.email = page.getByLabel(/e-mail/i);
    this.password = page.getByLabel('Password', { exact: true });
  }

  async open() {
    await this.page.goto('/login');
  }

  async fill({ email, password }: { email: string; password: string }) {
    await this.email.fill(email);
    await this.password.fill(password);
    await moving(this.page, () => this.page.getByRole('button', { name: 'Sign in' }).click());
  }

  /** The owner, from nowhere to the overview. */
  async signIn() {
    await this.open();
    await this.fill(OWNER);
    await expect(this.page).toHaveURL('/');
  }
}
