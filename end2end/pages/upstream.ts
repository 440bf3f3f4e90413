import type { Locator, Page } from '@playwright/test';

import { moving } from './moving.ts';

export class UpstreamPage {
  readonly page: Page;
  /** What a test has found. */
  readonly report: Locator;

  constructor(page: Page) {
    this.page = page;
    this.report = page.getByRole('status', { name: 'Test' });
  }

  async open(id: string) {
    await this.page.goto(`/upstreams/${id}`);
  }

  title(name: string) {
    return this.page.getByRole('heading', { level: 1, name });
  }

  async test() {
    await moving(this.page, () => this.page.getByRole('button', { name: 'Test', exact: true }).click());
  }

  async replaceSecret(secret: string) {
    await this.page.getByLabel('New secret', { exact: true }).fill(secret);
    await moving(this.page, () => this.page.getByRole('button', { name: 'Replace secret' }).click());
  }

  async makeDefault() {
    await moving(this.page, () => this.page.getByRole('button', { name: 'Make default' }).click());
  }

  async askToDelete() {
    await this.page.getByRole('link', { name: 'Delete' }).click();
    await this.page.getByRole('button', { name: 'Delete upstream' }).waitFor();
  }

  async cancelDelete() {
    await this.page.getByRole('link', { name: 'Cancel' }).click();
    await this.page.getByRole('button', { name: 'Delete upstream' }).waitFor({ state: 'hidden' });
  }

  async confirmDelete() {
    await moving(this.page, () => this.page.getByRole('button', { name: 'Delete upstream' }).click());
  }
}
