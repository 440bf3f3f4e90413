// @ts-check
// What the SDK tests need: a product with both kinds of upstream, and keys for every case. Run as a program it boots
// one and prints it as one line of JSON, for tests in other languages; it ends when its standard input does.

import { fileURLToPath } from 'node:url';

import { FakeUpstream, TestServer } from '../test-server.mjs';

/** @typedef {import('../test-server.mjs').Engine} Engine */

/** @param {Engine} engine */
export async function stage(engine) {
  const fake = await FakeUpstream.start();
  /** @type {TestServer | undefined} */
  let server;
  try {
    server = await TestServer.start({ engine });
    const echo = await server.connectEcho();
    // The first real upstream takes over from echo as the default.
    const real = await server.connectFake(fake);
    const unlimited = { rate_limits: { requests_per_minute: null } };
    const keys = {
      any: await server.issue('any upstream', unlimited),
      echo: await server.issue('echo alone', { ...unlimited, allowed_upstreams: [echo.id] }),
      fake: await server.issue('the real one alone', { ...unlimited, allowed_upstreams: [real.id] }),
      narrow: await server.issue('one model', { ...unlimited, allowed_models: ['echo'] }),
      slow: await server.issue('one a minute', { rate_limits: { requests_per_minute: 1 } }),
      revoked: await server.issue('revoked', unlimited),
      disabled: await server.issue('disabled', unlimited),
    };
    await server.revoke(keys.revoked.id);
    await server.disable(keys.disabled.id);
    return { server, fake, keys };
  } catch (error) {
    await server?.stop().catch(() => {});
    await fake.stop();
    throw error;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const engine = process.argv[2] === 'postgres' ? 'postgres' : 'sqlite';
  const { server, fake, keys } = await stage(engine);
  const secrets = Object.fromEntries(Object.entries(keys).map(([name, key]) => [name, key.secret]));
  const { adminToken: admin_token, adminUrl: admin_url, baseUrl: base_url } = server;
  process.stdout.write(`${JSON.stringify({ base_url, admin_url, admin_token, keys: secrets })}\n`);
  process.stdin.resume();
  await new Promise((resolve) => process.stdin.once('end', resolve));
  await server.stop();
  await fake.stop();
}
