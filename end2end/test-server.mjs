// @ts-check
// A running Keywright of its own: the release binary, on free ports, with a data directory that goes away afterwards.
// Browser tests and SDK tests both build on it, so it is plain JavaScript.

import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { Child, freePorts } from './child.mjs';
import { Database } from './database.mjs';

/** @typedef {'sqlite' | 'postgres'} Engine */
/** @typedef {{ id: string, name: string, secret: string, masked: string }} IssuedKey */
/** @typedef {{ id: string, name: string, is_default: boolean }} Upstream */
/** @typedef {Record<string, any>} Json */

const run = promisify(execFile);

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const BINARY = process.env.KEYWRIGHT_BINARY ?? join(ROOT, 'target/release/keywright');
const FAKE_UPSTREAM = process.env.KEYWRIGHT_FAKE_UPSTREAM ?? join(ROOT, 'target/debug/fake-upstream');

/** The secret that the fake upstream wants. */
export const UPSTREAM_SECRET = 'sk-upstream-secret';

/** The first administrator. */
export const OWNER = { email: 'owner@example.org', password: 'paper-lantern-over-quiet-water' };

/** Engines that can be tested here: PostgreSQL where a server was named. */
export const ENGINES = /** @type {Engine[]} */ (process.env.KEYWRIGHT_TEST_POSTGRES ? ['sqlite', 'postgres'] : ['sqlite']);

/** A running product. */
export class TestServer {
  /** @type {string} */ gatewayUrl = '';
  /** @type {string} */ adminUrl = '';
  /** @type {string} */ dir = '';
  /** @type {Engine} */ engine = 'sqlite';
  /** The bearer token of its REST API. */
  adminToken = randomBytes(24).toString('hex');
  /** @type {Child | null} */ #child = null;
  /** @type {Database | null} */ #database = null;

  /**
   * Boots a fresh installation.
   * @param {{ engine?: Engine, env?: Record<string, string> }} [options]
   */
  static async start({ engine = 'sqlite', env = {} } = {}) {
    const server = new TestServer();
    server.engine = engine;
    server.dir = await mkdtemp(join(tmpdir(), 'keywright-'));
    try {
      if (engine === 'postgres') server.#database = await Database.create();
      const settings = {
        // Nothing of this process's environment but what programs need: settings of the machine must not matter.
        PATH: process.env.PATH ?? '',
        HOME: server.dir,
        ADMIN_TOKEN: server.adminToken,
        KEYWRIGHT_UPSTREAM_ALLOWED_CIDRS: '127.0.0.0/8',
        ...(server.#database ? { DATABASE_URL: server.#database.url } : {}),
        ...env,
      };
      await run(BINARY, ['init', '--data-dir', server.dir], { env: settings });
      await server.#serve(settings);
    } catch (error) {
      await server.stop().catch(() => {});
      throw error;
    }
    return server;
  }

  /** @param {Record<string, string>} env */
  async #serve(env) {
    for (let attempt = 1; ; attempt += 1) {
      const [gateway, admin] = await freePorts(2);
      const listen = ['--gateway-listen', `127.0.0.1:${gateway}`, '--admin-listen', `127.0.0.1:${admin}`];
      const child = new Child(BINARY, ['serve', '--data-dir', this.dir, ...listen], env);
      this.#child = child;
      this.gatewayUrl = `http://127.0.0.1:${gateway}`;
      this.adminUrl = `http://127.0.0.1:${admin}`;
      if (await this.#ready(child)) return;
      // Between looking for a port and binding it another process may have taken it.
      if (attempt === 3) throw new Error(`keywright serve did not come up:\n${child.output()}`);
      await child.stop();
    }
  }

  /** @param {Child} child */
  async #ready(child) {
    const end = Date.now() + 30_000;
    while (Date.now() < end && child.running()) {
      const good = await Promise.all(
        [this.gatewayUrl, this.adminUrl].map((url) => fetch(`${url}/readyz`).then((answer) => answer.ok, () => false)),
      );
      if (good.every(Boolean)) return true;
      await pause(50);
    }
    return false;
  }

  /** The base URL for SDKs. */
  get baseUrl() {
    return `${this.gatewayUrl}/v1`;
  }

  /** What it has printed, for the report of a test that failed. */
  output() {
    return this.#child?.output() ?? '';
  }

  /** The one-time token of a fresh installation. */
  async setupToken() {
    return (await readFile(join(this.dir, 'setup-token'), 'utf8')).trim();
  }

  /** Makes the first administrator, as the form of /setup does. */
  async claim() {
    const answer = await fetch(`${this.adminUrl}/setup`, {
      method: 'POST',
      redirect: 'manual',
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin: this.adminUrl },
      body: new URLSearchParams({ token: await this.setupToken(), ...OWNER }),
    });
    if (answer.status !== 303) throw new Error(`setup answered ${answer.status}:\n${await answer.text()}`);
  }

  /**
   * A REST call with the admin token.
   * @param {string} method
   * @param {string} path below /api/v1
   * @param {unknown} [body]
   * @returns {Promise<{ status: number, body: Json }>}
   */
  async rest(method, path, body) {
    const answer = await fetch(`${this.adminUrl}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.adminToken}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await answer.text();
    return { status: answer.status, body: text === '' ? {} : JSON.parse(text) };
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {unknown} body
   * @param {number} expected
   */
  async #done(method, path, body, expected) {
    const answer = await this.rest(method, path, body);
    if (answer.status !== expected) {
      throw new Error(`${method} ${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    }
    return answer.body;
  }

  /**
   * Issues a key.
   * @param {string} name
   * @param {Json} [fields]
   */
  async issue(name, fields = {}) {
    return /** @type {IssuedKey} */ (await this.#done('POST', '/keys', { name, ...fields }, 201));
  }

  /** @param {string} id */
  async revoke(id) {
    await this.#done('POST', `/keys/${id}/revoke`, {}, 200);
  }

  /** @param {string} id */
  async disable(id) {
    await this.#done('POST', `/keys/${id}/disable`, undefined, 200);
  }

  /**
   * Stores an upstream.
   * @param {Json} fields
   */
  async connect(fields) {
    return /** @type {Upstream} */ (await this.#done('POST', '/upstreams', fields, 201));
  }

  /** Stores the upstream that answers offline. */
  async connectEcho() {
    return this.connect({ name: 'echo', provider: 'echo' });
  }

  /**
   * Stores a fake upstream.
   * @param {FakeUpstream} upstream
   * @param {Json} [fields]
   */
  async connectFake(upstream, fields = {}) {
    const base = { name: 'fake', provider: 'openai_compatible', base_url: upstream.baseUrl, api_key: UPSTREAM_SECRET };
    return this.connect({ ...base, ...fields });
  }

  /**
   * A request's row, as soon as the ledger has brought it in.
   * @param {string} id
   * @returns {Promise<Json>}
   */
  async logRow(id) {
    const end = Date.now() + 10_000;
    for (;;) {
      const { items } = await this.#done('GET', `/logs?id=${encodeURIComponent(id)}`, undefined, 200);
      if (items.length > 0) return items[0];
      if (Date.now() > end) throw new Error(`no row for ${id} within 10 s`);
      await pause(100);
    }
  }

  /**
   * Sends a chat request, and says what came back.
   * @param {string} secret
   * @param {Json} [body]
   */
  async chat(secret, body = { model: 'echo', messages: [{ role: 'user', content: 'Hello' }] }) {
    return fetch(`${this.baseUrl}/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  }

  /** Stops as a service manager does, and removes what it had. Fails if it did not leave in order. */
  async stop() {
    const child = this.#child;
    this.#child = null;
    const code = child ? await child.stop() : 0;
    await this.#database?.drop();
    this.#database = null;
    await rm(this.dir, { recursive: true, force: true });
    if (code !== 0) throw new Error(`keywright serve ended with ${code} on SIGTERM:\n${child?.output()}`);
    if (/panicked/i.test(child?.output() ?? '')) throw new Error(`keywright serve panicked:\n${child?.output()}`);
  }
}

/** An upstream over real HTTP that answers as the vendor does. */
export class FakeUpstream {
  /** @type {Child} */ #child;
  /** @type {number} */ port;

  /**
   * @param {Child} child
   * @param {number} port
   */
  constructor(child, port) {
    this.#child = child;
    this.port = port;
  }

  static async start() {
    if (!existsSync(FAKE_UPSTREAM)) {
      throw new Error(`${FAKE_UPSTREAM} is missing: cargo build --package testkit --bin fake-upstream`);
    }
    const child = new Child(FAKE_UPSTREAM, [], { PATH: process.env.PATH ?? '' });
    const line = await child.firstLine();
    const port = Number(/(\d+)\s*$/.exec(line)?.[1]);
    if (!(port > 0)) {
      await child.stop();
      throw new Error(`fake-upstream printed no port but: ${line}`);
    }
    return new FakeUpstream(child, port);
  }

  get baseUrl() {
    return `http://127.0.0.1:${this.port}/v1`;
  }

  async stop() {
    await this.#child.stop();
  }
}
