// @ts-check
// Databases of their own for tests.

import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A database of its own on the PostgreSQL server that `KEYWRIGHT_TEST_POSTGRES` names. */
export class Database {
  /** @type {string} */ #server;
  /** @type {string} */ #name;
  /** @type {string} */ url;

  /**
   * @param {string} server
   * @param {string} name
   */
  constructor(server, name) {
    this.#server = server;
    this.#name = name;
    const url = new URL(server);
    url.pathname = `/${name}`;
    this.url = url.href;
  }

  static async create() {
    const server = process.env.KEYWRIGHT_TEST_POSTGRES;
    if (!server) throw new Error('KEYWRIGHT_TEST_POSTGRES names no server; run through scripts/postgres.sh run');
    const database = new Database(server, `keywright_e2e_${randomBytes(6).toString('hex')}`);
    await psql(server, `CREATE DATABASE ${database.#name}`);
    return database;
  }

  async drop() {
    await psql(this.#server, `DROP DATABASE IF EXISTS ${this.#name} WITH (FORCE)`);
  }
}

/**
 * @param {string} url
 * @param {string} statement
 */
async function psql(url, statement) {
  await run(psqlProgram(), ['--no-psqlrc', '--quiet', '--set', 'ON_ERROR_STOP=1', '--dbname', url, '--command', statement]);
}

/** On PATH, or where Debian keeps each version's programs. */
function psqlProgram() {
  if ((process.env.PATH ?? '').split(':').some((dir) => existsSync(join(dir, 'psql')))) return 'psql';
  const versions = '/usr/lib/postgresql';
  const found = existsSync(versions) ? readdirSync(versions).map((version) => join(versions, version, 'bin/psql')).find(existsSync) : undefined;
  if (!found) throw new Error('psql is missing: apt-get install postgresql-client');
  return found;
}
