// SPDX-License-Identifier: MIT
// What Portcullis says about itself holds for outside validators: the schemas of its tools compile,
// its answers over HTTP are as /openapi.json describes them, and a linter accepts that document.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually, freePort, newHome, outside, PATIENCE_MS, PROGRAM, run, test } from './harness.mjs';

const Ajv = outside('ajv/dist/2020').default;
const addFormats = outside('ajv-formats').default;
const { Client } = outside('@modelcontextprotocol/client');
const { StdioClientTransport } = outside('@modelcontextprotocol/client/stdio');

const TOKEN = '0123456789abcdef'.repeat(4);

const newAjv = (options) => addFormats(new Ajv({ allErrors: true, allowUnionTypes: true, ...options }));

// ---- tools ----

test('the input and output schemas of all tools compile strictly', async (c) => {
  const client = new Client({ name: 'interop-schemas', version: '1' });
  await client.connect(new StdioClientTransport(
    { command: PROGRAM, args: ['mcp'], env: c.world.env, stderr: 'ignore' }));
  const { tools } = await client.listTools();
  await client.close();
  assert.ok(tools.length >= 23);
  for (const { name, inputSchema, outputSchema } of tools)
    for (const schema of [inputSchema, outputSchema]) {
      assert.equal(schema.type, 'object', name);
      // an output schema gives names and leaves most types out, for each word of it costs tokens
      const strictTypes = schema === inputSchema;
      assert.doesNotThrow(() => newAjv({ strict: true, strictTypes }).compile(schema), name);
    }
});

// ---- HTTP ----

const ask = (c, method, path, { body, token } = {}) => fetch(`http://127.0.0.1:${c.port}${path}`, {
  method,
  headers: {
    ...(body && { 'Content-Type': 'application/json' }),
    ...(token && { Authorization: `Bearer ${token}` }),
  },
  body: body && JSON.stringify(body),
  signal: AbortSignal.timeout(PATIENCE_MS),
});

test('the document of the interface is served', async (c) => {
  // the daemon may still be opening its port, and its exchange
  await eventually(() => c.ready ??= poll(c), 'the port');
  await c.ready;
  const reply = await ask(c, 'GET', '/openapi.json');
  assert.equal(reply.status, 200);
  c.document = await reply.json();
  assert.match(c.document.openapi, /^3\.1\./);
  // found under its id by the references of validators below; its own shape is the linter's matter
  c.ajv = newAjv({ strict: false, validateFormats: true });
  c.ajv.addSchema({ $id: 'http://interop/openapi.json', ...c.document }, undefined, false, false);
});

async function poll(c) {
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end;) {
    const reply = await ask(c, 'GET', '/api/portfolio').catch(() => null);
    if (reply?.ok) return true;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error('GET /api/portfolio never succeeded');
}

const pointer = (...parts) => parts.map((part) =>
  '/' + encodeURIComponent(String(part).replaceAll('~', '~0').replaceAll('/', '~1'))).join('');

// The answer's body, after it was compared with what the document says of that path and status.
async function conforming(c, method, template, path, options, wanted = 200) {
  const reply = await ask(c, method, path, options);
  const text = await reply.text();
  assert.equal(reply.status, wanted, text);
  const type = reply.headers.get('content-type').split(';')[0];
  const operation = c.document.paths[template]?.[method.toLowerCase()];
  assert.ok(operation, `${method} ${template} is not described`);
  const status = operation.responses[wanted] ? wanted : `${Math.floor(wanted / 100)}XX`;
  const key = operation.responses[status] ? status : 'default';
  // a response may be a reference to a shared one
  const shared = operation.responses[key]?.$ref;
  const base = shared ?? '#' + pointer('paths', template, method.toLowerCase(), 'responses', key);
  const validate = c.ajv.compile(
    { $ref: 'http://interop/openapi.json' + base + pointer('content', type, 'schema') });
  const body = JSON.parse(text);
  assert.ok(validate(body), `${method} ${path}: ` + c.ajv.errorsText(validate.errors));
  return body;
}

test('GET /api/portfolio is as described', async (c) => {
  c.portfolio = await conforming(c, 'GET', '/api/portfolio', '/api/portfolio');
  assert.ok(c.portfolio.positions.length > 0);
});

test('GET /api/quotes is as described', async (c) => {
  const { quotes } = await conforming(c, 'GET', '/api/quotes/{symbols}', '/api/quotes/AAPL,ASML');
  assert.deepEqual(quotes.map((q) => q.symbol), ['AAPL', 'ASML']);
});

test('GET /api/forex is as described', async (c) => {
  const { rates } = await conforming(c, 'GET', '/api/forex/{currency_pairs}', '/api/forex/EURUSD');
  assert.ok(rates[0].bid < rates[0].ask);
});

test('POST /api/stop-loss is as described, and needs the token', async (c) => {
  const apple = c.portfolio.positions.find((row) => row.symbol === 'AAPL');
  const body = { symbol: 'AAPL', price: Math.round(apple.marketPrice * 90) / 100 };
  await conforming(c, 'POST', '/api/stop-loss', '/api/stop-loss', { body }, 401);
  const placed = await conforming(c, 'POST', '/api/stop-loss', '/api/stop-loss',
    { body, token: TOKEN }, 201);
  assert.equal(placed.success, true, JSON.stringify(placed));
  const { stops } = await conforming(c, 'GET', '/api/stop-loss', '/api/stop-loss');
  assert.ok(stops.some((row) => row.order_id === placed.order_id));
});

test('errors are as described', async (c) => {
  const { code, next } = await conforming(c, 'GET', '/api/portfolio', '/api/portfolio?acount=1', {}, 400);
  assert.equal(code, 'UNKNOWN_ARGUMENT');
  assert.match(next, /account/);
});

test('a linter finds no error in the document', async (c) => {
  const file = join(c.world.home, 'openapi.json');
  const config = join(c.world.home, 'redocly.yaml');
  writeFileSync(file, JSON.stringify(c.document));
  writeFileSync(config, 'extends: [recommended]\nrules:\n' + ['media-type', 'parameter', 'schema']
    .map((what) => `  no-invalid-${what}-examples: error\n`).join(''));
  const linter = spawnSync(process.execPath,
    [outside.resolve('@redocly/cli/package.json').replace('package.json', 'bin/cli.js'),
      'lint', file, '--config', config, '--format', 'stylish'],
    { env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' },
      encoding: 'utf8', timeout: 2.5 * PATIENCE_MS });
  assert.equal(linter.status, 0, linter.stdout + linter.stderr);
});

test('portcullis stop ends the daemon', async (c) => {
  assert.equal(c.world.portcullis('stop').status, 0);
});

const port = await freePort();
const world = newHome({ PORTCULLIS_HTTP_PORT: String(port) });
// the token as an older version kept it: the daemon takes it over
mkdirSync(join(world.home, 'state/portcullis'), { recursive: true, mode: 0o700 });
writeFileSync(join(world.home, 'state/portcullis/token'), TOKEN, { mode: 0o600 });
await run({ port, world });
