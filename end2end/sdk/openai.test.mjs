// @ts-check
// The official openai package, unmodified: only its base URL and its key are ours.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import OpenAI, {
  AuthenticationError,
  BadRequestError,
  InternalServerError,
  NotFoundError,
  PermissionDeniedError,
  RateLimitError,
} from 'openai';

import { ENGINES, TestServer } from '../test-server.mjs';
import { stage } from './stage.mjs';

/** @typedef {Awaited<ReturnType<typeof stage>>} Stage */
/** @typedef {'echo' | 'fake'} Kind */

/** Which models each upstream takes. */
const MODELS = {
  echo: { chat: 'echo', embedding: 'echo' },
  fake: { chat: 'gpt-4o-mini', embedding: 'text-embedding-3-small' },
};

const messages = [{ role: /** @type {const} */ ('user'), content: 'Say hello to the lighthouse' }];

test('PostgreSQL is among the engines', { skip: ENGINES.includes('postgres') ? false : 'KEYWRIGHT_TEST_POSTGRES names no server' }, () => {});

for (const engine of ENGINES) {
  describe(engine, () => {
    /** @type {Stage} */
    let on;
    before(async () => {
      on = await stage(engine);
    });
    after(async () => {
      await on?.server.stop();
      await on?.fake.stop();
    });

    /**
     * @param {keyof Stage['keys'] | string} key
     * @param {import('openai').ClientOptions} [options]
     */
    const client = (key, options = {}) => {
      const apiKey = key in on.keys ? on.keys[/** @type {keyof Stage['keys']} */ (key)].secret : key;
      return new OpenAI({ apiKey, baseURL: on.server.baseUrl, maxRetries: 0, timeout: 20_000, ...options });
    };

    /** @param {Response} response */
    const rowOf = (response) => {
      const id = response.headers.get('x-keywright-request-id');
      assert.ok(id, 'every answer carries the id of its row');
      return on.server.logRow(id);
    };

    for (const kind of /** @type {Kind[]} */ (['echo', 'fake'])) {
      describe(`upstream ${kind}`, () => {
        const model = MODELS[kind];

        test('chat', async () => {
          const { data, response } = await client(kind).chat.completions.create({ model: model.chat, messages }).withResponse();
          assert.equal(data.object, 'chat.completion');
          assert.equal(data.choices[0]?.finish_reason, 'stop');
          assert.ok(data.choices[0]?.message.content);
          assert.ok(data.usage && data.usage.prompt_tokens > 0 && data.usage.completion_tokens > 0);
          const row = await rowOf(response);
          assert.deepEqual([row.status, row.model, row.upstream], [200, model.chat, kind]);
          assert.deepEqual([row.input_tokens, row.output_tokens], [data.usage.prompt_tokens, data.usage.completion_tokens]);
        });

        test('streaming chat that asks for no usage sees none, and is metered', async () => {
          const { data, response } = await client(kind).chat.completions.create({ model: model.chat, messages, stream: true }).withResponse();
          let text = '';
          let finish = null;
          for await (const chunk of data) {
            assert.equal(chunk.choices.length, 1, 'no chunk without a choice');
            assert.ok(!('usage' in chunk), 'no usage that was not asked for');
            text += chunk.choices[0]?.delta.content ?? '';
            finish = chunk.choices[0]?.finish_reason ?? finish;
          }
          assert.ok(text.length > 0);
          assert.equal(finish, 'stop');
          const row = await rowOf(response);
          assert.equal(row.streamed, true);
          assert.ok(row.input_tokens > 0 && row.output_tokens > 0, JSON.stringify(row));
        });

        test('streaming chat that asks for usage gets it last', async () => {
          const { data, response } = await client(kind).chat.completions
            .create({ model: model.chat, messages, stream: true, stream_options: { include_usage: true } }).withResponse();
          const chunks = [];
          for await (const chunk of data) chunks.push(chunk);
          const last = chunks.at(-1);
          assert.deepEqual(last?.choices, []);
          assert.ok(last?.usage && last.usage.completion_tokens > 0);
          const row = await rowOf(response);
          assert.deepEqual([row.input_tokens, row.output_tokens], [last.usage.prompt_tokens, last.usage.completion_tokens]);
        });

        test('the stream helper puts the same message together', async () => {
          const whole = await client(kind).chat.completions.stream({ model: model.chat, messages }).finalChatCompletion();
          assert.equal(whole.choices[0]?.message.role, 'assistant');
          assert.ok(whole.choices[0]?.message.content);
        });

        test('responses', async () => {
          const { data, response } = await client(kind).responses.create({ model: model.chat, input: 'Say hello' }).withResponse();
          assert.equal(data.status, 'completed');
          assert.ok(data.output_text.length > 0);
          assert.ok(data.usage && data.usage.output_tokens > 0);
          const row = await rowOf(response);
          assert.deepEqual([row.input_tokens, row.output_tokens], [data.usage.input_tokens, data.usage.output_tokens]);
        });

        test('streaming responses', async () => {
          const { data, response } = await client(kind).responses.create({ model: model.chat, input: 'Say hello', stream: true }).withResponse();
          let text = '';
          let last;
          for await (const event of data) {
            if (event.type === 'response.output_text.delta') text += event.delta;
            last = event;
          }
          assert.equal(last?.type, 'response.completed');
          assert.ok(last?.type === 'response.completed' && last.response.usage);
          assert.ok(text.length > 0);
          const row = await rowOf(response);
          assert.deepEqual([row.input_tokens, row.output_tokens], [last.response.usage.input_tokens, last.response.usage.output_tokens]);
        });

        test('embeddings, as the package asks for them and as plain numbers', async () => {
          const { data, response } = await client(kind).embeddings.create({ model: model.embedding, input: 'a lighthouse' }).withResponse();
          const plain = await client(kind).embeddings.create({ model: model.embedding, input: 'a lighthouse', encoding_format: 'float' });
          for (const answer of [data, plain]) {
            assert.ok(answer.data[0] && answer.data[0].embedding.length > 0);
            assert.ok(answer.data[0].embedding.every((value) => Number.isFinite(value)));
          }
          const row = await rowOf(response);
          assert.equal(row.input_tokens, data.usage.prompt_tokens);
        });

        test('models', async () => {
          const names = [];
          for await (const entry of client(kind).models.list()) names.push(entry.id);
          assert.ok(names.includes(model.chat), names.join());
        });
      });
    }

    test('without a choice of its own a key reaches the default upstream, and model echo the echo one', async () => {
      for (const kind of /** @type {Kind[]} */ (['echo', 'fake'])) {
        const { response } = await client('any').chat.completions.create({ model: MODELS[kind].chat, messages }).withResponse();
        assert.equal((await rowOf(response)).upstream, kind);
      }
    });

    describe('errors are raised as the package has them', () => {
      /**
       * @param {() => PromiseLike<unknown>} call
       * @param {new (...args: any[]) => InstanceType<typeof OpenAI.APIError>} type
       * @param {number} status
       * @param {string} [code]
       */
      const raises = (call, type, status, code) =>
        assert.rejects(async () => call(), (error) => {
          assert.ok(error instanceof type, `${error}`);
          assert.equal(error.status, status);
          assert.ok(error.message.length > 4);
          if (code !== undefined) assert.equal(error.code, code);
          return true;
        });
      /**
       * @param {string} key
       * @param {string} model
       * @param {import('openai').ClientOptions} [options]
       */
      const chat = (key, model, options) => () => client(key, options).chat.completions.create({ model, messages });

      test('a key that was never issued', () => raises(chat('sk-auto-live-nonsense', 'echo'), AuthenticationError, 401, 'invalid_api_key'));
      test('a revoked key', () => raises(chat('revoked', 'echo'), AuthenticationError, 401, 'invalid_api_key'));
      test('a disabled key', () => raises(chat('disabled', 'echo'), AuthenticationError, 401, 'invalid_api_key'));
      test('a model that the key may not use', () => raises(chat('narrow', 'gpt-4o-mini'), PermissionDeniedError, 403, 'model_not_allowed'));
      test('a model that does not exist', () => raises(chat('echo', 'gpt-nonsense'), NotFoundError, 404, 'model_not_found'));
      test('a path that does not exist', () => raises(() => client('echo').get('/nonsense'), NotFoundError, 404));

      test('too many requests, with how long to wait', async () => {
        const slow = chat('slow', 'echo');
        await slow();
        await raises(slow, RateLimitError, 429, 'rate_limit_exceeded');
        await assert.rejects(slow, (error) => error instanceof RateLimitError && Number(error.headers?.get('retry-after')) > 0);
      });

      test('what the upstream refuses passes as it comes', async () => {
        await raises(chat('fake', 'fail-400'), BadRequestError, 400);
        await raises(chat('fake', 'fail-429'), RateLimitError, 429);
        await raises(chat('fake', 'missing-model'), NotFoundError, 404, 'model_not_found');
        await raises(chat('fake', 'fail-500'), InternalServerError, 500);
      });

      test('what the upstream refuses before a stream is no stream', () =>
        raises(() => client('fake').chat.completions.create({ model: 'fail-429', messages, stream: true }), RateLimitError, 429));

      test('an upstream that redirects or resets is trouble, not an answer', async () => {
        await raises(chat('fake', 'redirect'), InternalServerError, 502, 'upstream_redirected');
        await raises(chat('fake', 'reset'), InternalServerError, 502, 'upstream_unavailable');
      });

      test('a stream that breaks in its middle is not taken for whole', async () => {
        const { data, response } = await client('fake').chat.completions.create({ model: 'reset-mid-stream', messages, stream: true }).withResponse();
        await assert.rejects(async () => {
          for await (const chunk of data) assert.ok(chunk.choices.length > 0);
        }, OpenAI.APIError);
        const row = await rowOf(response);
        assert.ok(row.error_class, JSON.stringify(row));
      });

      test('our own secret being wrong is not the caller\'s fault, and not worth a retry', async () => {
        let calls = 0;
        /** @type {typeof fetch} */
        const counting = (...args) => {
          calls += 1;
          return fetch(...args);
        };
        await raises(chat('fake', 'unauthorized', { maxRetries: 2, fetch: counting }), InternalServerError, 502, 'upstream_auth_failed');
        assert.equal(calls, 1);
      });
    });

    test('no upstream at all', async () => {
      const empty = await TestServer.start({ engine });
      try {
        const { secret } = await empty.issue('early bird');
        const openai = new OpenAI({ apiKey: secret, baseURL: empty.baseUrl, maxRetries: 0 });
        await assert.rejects(
          async () => openai.chat.completions.create({ model: 'gpt-4o-mini', messages }),
          (error) => error instanceof InternalServerError && error.status === 503 && error.code === 'no_upstream',
        );
      } finally {
        await empty.stop();
      }
    });
  });
}
