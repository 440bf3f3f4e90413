import type { Locator, Page } from '@playwright/test';

export class KeysPage {
  readonly page: Page;
  readonly rows: Locator;

  constructor(page: Page) {
    this.page = page;
    this.rows = page.getByRole('table', { name: 'Keys, newest first' }).getByRole('row').filter({ has: page.getByRole('rowheader') });
  }

  async open(query = '') {
    await this.page.goto(query ? `/keys?${query}` : '/keys');
  }

  row(name: string) {
    return this.rows.filter({ has: this.page.getByRole('link', { name, exact: true }) });
  }

  async search(text: string) {
    const box = this.page.getByRole('searchbox', { name: 'Search keys' });
    await box.fill(text);
    await box.press('Enter');
    await this.page.waitForURL((url) => url.searchParams.get('search') === text);
  }

  async idOf(name: string) {
    const href = await this.row(name).getByRole('link', { name, exact: true }).getAttribute('href');
    return href?.split('/').at(-1) ?? '';
  }

  /** To the form: in the list's head, or in its place while there is no key. */
  async create() {
    await this.page.getByRole('main').getByRole('link', { name: /New key|Create the first key/ }).first().click();
    await this.page.waitForURL('**/keys/new');
  }
}
