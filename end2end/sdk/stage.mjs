// @ts-check
// What the SDK tests need: a product with both kinds of upstream, and keys for every case. Run as a program it boots
// one and prints it as one line of JSON, for tests in other languages; it ends when its standard input does.

import { fileURLToPath } from 'node:url';

import { FakeUpstream, House } from '../house.mjs';

/** @typedef {import('../house.mjs').Engine} Engine */

/** @param {Engine} engine */
export async function stage(engine) {
  const fake = await FakeUpstream.start();
  /** @type {House | undefined} */
  let house;
  try {
    house = await House.start({ engine });
    const echo = await house.connectEcho();
    // The first real upstream takes over from echo as the default.
    const real = await house.connectFake(fake);
    const unlimited = { rate_limits: { requests_per_minute: null } };
    const keys = {
      any: await house.issue('any upstream', unlimited),
      echo: await house.issue('echo alone', { ...unlimited, allowed_upstreams: [echo.id] }),
      fake: await house.issue('the real one alone', { ...unlimited, allowed_upstreams: [real.id] }),
      narrow: await house.issue('one model', { ...unlimited, allowed_models: ['echo'] }),
      slow: await house.issue('one a minute', { rate_limits: { requests_per_minute: 1 } }),
      revoked: await house.issue('revoked', unlimited),
      disabled: await house.issue('disabled', unlimited),
    };
    await house.revoke(keys.revoked.id);
    await house.disable(keys.disabled.id);
    return { house, fake, keys };
  } catch (error) {
    await house?.stop().catch(() => {});
    await fake.stop();
    throw error;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const engine = process.argv[2] === 'postgres' ? 'postgres' : 'sqlite';
  const { house, fake, keys } = await stage(engine);
  const secrets = Object.fromEntries(Object.entries(keys).map(([name, key]) => [name, key.secret]));
  const { adminToken: admin_token, adminUrl: admin_url, baseUrl: base_url } = house;
  process.stdout.write(`${JSON.stringify({ base_url, admin_url, admin_token, keys: secrets })}\n`);
  process.stdin.resume();
  await new Promise((resolve) => process.stdin.once('end', resolve));
  await house.stop();
  await fake.stop();
}
