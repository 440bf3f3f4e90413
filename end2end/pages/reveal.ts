import { expect, type Locator, type Page } from '@playwright/test';

/** The dialog that shows a key once. */
export class Reveal {
  readonly page: Page;
  readonly dialog: Locator;
  readonly copy: Locator;
  readonly stored: Locator;
  readonly done: Locator;
  /** What is said of the first request with the key. */
  readonly firstRequest: Locator;

  constructor(page: Page) {
    this.page = page;
    this.dialog = page.getByRole('dialog');
    this.copy = this.dialog.getByRole('button', { name: 'Copy' }).first();
    this.stored = this.dialog.getByRole('checkbox', { name: 'I have stored this key' });
    this.done = this.dialog.getByRole('button', { name: 'Done' });
    this.firstRequest = this.dialog.getByRole('status').filter({ hasText: /first request/i });
  }

  title(name: string) {
    return this.dialog.getByRole('heading', { name: `${name} is ready` });
  }

  async secret() {
    return ((await this.dialog.getByLabel('The key', { exact: true }).textContent()) ?? '').trim();
  }

  async snippet(language: 'curl' | 'Python' | 'JavaScript') {
    await this.dialog.getByText(language, { exact: true }).click();
    const panel = this.dialog.getByRole('region', { name: `${language} snippet` });
    await expect(panel).toBeVisible();
    return ((await panel.textContent()) ?? '').trim();
  }

  async finish() {
    await this.stored.check();
    await this.done.click();
    await expect(this.dialog).toBeHidden();
  }
}
