import { expect, type Locator, type Page } from '@playwright/test';

import { moving } from './moving.ts';

type Provider = 'OpenAI' | 'OpenRouter' | 'OpenAI-compatible' | 'Echo';

export class NewUpstreamPage {
  readonly page: Page;
  readonly providers: Locator;
  readonly name: Locator;
  readonly baseUrl: Locator;
  readonly secret: Locator;
  readonly saveButton: Locator;
  /** What a test has found. */
  readonly report: Locator;

  constructor(page: Page) {
    this.page = page;
    this.providers = page.getByRole('group', { name: 'Provider' });
    this.name = page.getByLabel('Name', { exact: true });
    this.baseUrl = page.getByLabel('Base URL', { exact: true });
    this.secret = page.getByLabel('Secret', { exact: true });
    this.saveButton = page.getByRole('button', { name: 'Save upstream' });
    this.report = page.getByRole('status', { name: 'Test' });
  }

  async open() {
    await this.page.goto('/upstreams/new');
  }

  async choose(provider: Provider) {
    await this.providers.getByText(provider, { exact: true }).click();
    await expect(this.#radio(provider)).toBeChecked();
  }

  /** `reach` brings the focus to an element by Tab alone. */
  async chooseByKeyboard(provider: Provider, reach: (target: Locator) => Promise<void>) {
    await reach(this.providers.getByRole('radio', { checked: true }));
    for (let presses = 0; presses < 30 && !(await this.#radio(provider).isChecked()); presses += 1) {
      await this.page.keyboard.press('ArrowDown');
    }
    await expect(this.#radio(provider)).toBeChecked();
  }

  #radio(provider: Provider) {
    return this.providers.getByRole('radio', { name: new RegExp(`^${provider}\\b(?!-)`) });
  }

  async fill({ name, baseUrl, secret }: { name: string; baseUrl: string; secret: string }) {
    await this.name.fill(name);
    await this.baseUrl.fill(baseUrl);
    await this.secret.fill(secret);
  }

  /** Awake the page stays; without JavaScript it comes again with the report. */
  async test() {
    await this.page.getByRole('button', { name: 'Test', exact: true }).click();
  }

  async save() {
    await moving(this.page, () => this.saveButton.click());
  }
}
