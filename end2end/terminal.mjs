// @ts-check
// Snippets run as a newcomer runs them: pasted into a terminal, whole.

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { ROOT } from './test-server.mjs';

const run = promisify(execFile);
/** Where scripts/tools.sh has put the Python package. */
const PYTHON = join(ROOT, 'target/sdk-python/bin/python');

/**
 * Runs a snippet and says what it printed.
 * @param {'curl' | 'Python' | 'JavaScript'} language
 * @param {string} text
 */
export async function paste(language, text) {
  if (language === 'curl') return output('bash', ['-c', text], ROOT);
  // Below the project, so that `import OpenAI from "openai"` finds the installed package.
  const dir = await mkdtemp(join(ROOT, 'target/snippet-'));
  try {
    const file = join(dir, language === 'Python' ? 'snippet.py' : 'snippet.mjs');
    await writeFile(file, text);
    return await output(language === 'Python' ? PYTHON : process.execPath, [file], dir);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** Whether the Python package is installed here; `make test` sees to it. */
export const hasPython = existsSync(PYTHON);

/**
 * @param {string} program
 * @param {string[]} args
 * @param {string} cwd
 */
async function output(program, args, cwd) {
  const { stdout } = await run(program, args, { cwd, timeout: 30_000, env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '' } });
  return stdout;
}
