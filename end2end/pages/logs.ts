import { expect, type Locator, type Page } from '@playwright/test';

import { moving } from './moving.ts';

export class LogsPage {
  readonly page: Page;
  readonly rows: Locator;

  constructor(page: Page) {
    this.page = page;
    this.rows = page.getByRole('table', { name: 'Requests, newest first' }).getByRole('row').filter({ has: page.getByRole('rowheader') });
  }

  async open(query = '') {
    await this.page.goto(query ? `/logs?${query}` : '/logs');
  }

  row(id: string) {
    return this.rows.filter({ has: this.page.locator(`a[href="/logs/${id}"]`) });
  }

  /** Opens a row: in a drawer beside the list, without JavaScript on a page of its own. */
  async show(id: string) {
    await this.row(id).getByRole('rowheader').getByRole('link').click();
    await this.page.locator('code').getByText(id, { exact: true }).waitFor();
  }

  /** The drawer beside the list. */
  get drawer() {
    return this.page.locator('#peek');
  }

  /** By the form behind "Filter". */
  async filter(change: (panel: { status: Locator; key: Locator; model: Locator; time: Locator }) => Promise<unknown>) {
    const panel = {
      status: this.page.getByLabel('Status', { exact: true }),
      key: this.page.getByLabel('Key', { exact: true }),
      model: this.page.getByLabel('Model', { exact: true }),
      time: this.page.getByLabel('Time', { exact: true }),
    };
    if (!(await panel.status.isVisible())) await this.page.locator('summary').filter({ hasText: 'Filter' }).click();
    await expect(panel.status).toBeVisible();
    await change(panel);
    await moving(this.page, () => this.page.getByRole('button', { name: 'Apply' }).click());
  }

  async unfilter(name: 'Time' | 'Status' | 'Key' | 'Model' | 'Upstream' | 'Request') {
    await moving(this.page, () => this.page.getByRole('link', { name: `Remove the filter ${name}` }).click());
  }

  async older() {
    await moving(this.page, () => this.page.getByRole('link', { name: 'Older' }).click());
  }

  async newer() {
    await moving(this.page, () => this.page.getByRole('link', { name: 'Newer' }).click());
  }
}
