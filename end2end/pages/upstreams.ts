import type { Locator, Page } from '@playwright/test';

export class UpstreamsPage {
  readonly page: Page;
  readonly rows: Locator;

  constructor(page: Page) {
    this.page = page;
    this.rows = page.getByRole('table', { name: 'Upstreams, newest first' }).getByRole('row').filter({ has: page.getByRole('rowheader') });
  }

  async open() {
    await this.page.goto('/upstreams');
  }

  row(name: string) {
    return this.rows.filter({ has: this.page.getByRole('link', { name, exact: true }) });
  }

  /** To the form: in the list's head, or in its place while there is none. */
  async create() {
    await this.page.getByRole('main').getByRole('link', { name: /New upstream|Add the first upstream/ }).first().click();
    await this.page.waitForURL('**/upstreams/new');
  }
}
