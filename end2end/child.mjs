// @ts-check
// Programs that tests start, and ports for them.

import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';

/** A program that was started here, and what it printed. */
export class Child {
  /** @type {string[]} */ #lines = [];
  /** @type {Promise<string>} */ #first;
  /** @type {Promise<number>} */ #ended;
  #process;

  /**
   * @param {string} program
   * @param {string[]} args
   * @param {Record<string, string>} env
   */
  constructor(program, args, env) {
    const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#process = child;
    this.#ended = new Promise((resolve) => {
      child.once('exit', (code, signal) => resolve(code ?? (signal === 'SIGKILL' ? 137 : 143)));
      child.once('error', (error) => {
        this.#lines.push(String(error));
        resolve(127);
      });
    });
    const out = createInterface({ input: child.stdout });
    this.#first = new Promise((resolve) => {
      out.once('line', resolve);
      out.once('close', () => resolve(''));
    });
    out.on('line', (line) => this.#keep(line));
    createInterface({ input: child.stderr }).on('line', (line) => this.#keep(line));
  }

  /** @param {string} line */
  #keep(line) {
    this.#lines.push(line);
    if (this.#lines.length > 2000) this.#lines.shift();
  }

  output() {
    return this.#lines.join('\n');
  }

  firstLine() {
    return this.#first;
  }

  running() {
    return this.#process.exitCode === null && this.#process.signalCode === null && this.#process.pid !== undefined;
  }

  /** Asks it to end, waits, and says its exit code; after 40 s it is killed. */
  async stop() {
    if (this.running()) this.#process.kill('SIGTERM');
    const late = globalThis.setTimeout(() => this.#process.kill('SIGKILL'), 40_000);
    const code = await this.#ended;
    globalThis.clearTimeout(late);
    return code;
  }
}

/**
 * Ports without a listener right now, all different.
 * @param {number} count
 */
export async function freePorts(count) {
  const servers = await Promise.all(
    Array.from({ length: count }, () => new Promise((resolve, reject) => {
      const server = createServer();
      server.once('error', reject);
      server.listen(0, '127.0.0.1', () => resolve(server));
    })),
  );
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
