// SPDX-License-Identifier: MIT
// The published clients of MCP that run on Node, over stdio and HTTP, in each era that they speak:
// at the product, and what nothing of the product does on demand at the fixture of tests/mcp.
// Runs in the world of mcp_world. Each test stands for a cell of the table in docs/interop.md.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmodSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { eventually, outside, run, sleep, test, versionOf } from './harness.mjs';

const { env } = process;
const LEGACY = '2025-11-25', MODERN = '2026-07-28';
const LISTS = 'portcullis://watchlists';
const v1 = {
  ...outside('@modelcontextprotocol/sdk/client/index.js'),
  ...outside('@modelcontextprotocol/sdk/client/stdio.js'),
  ...outside('@modelcontextprotocol/sdk/client/streamableHttp.js'),
  ...outside('@modelcontextprotocol/sdk/types.js'),
};
const v2 = {
  ...outside('@modelcontextprotocol/client'), ...outside('@modelcontextprotocol/client/stdio'),
};

const socketOf = { product: env.MCP_PRODUCT_SOCKET, fixture: env.MCP_FIXTURE_SOCKET };
const urlOf = { product: env.MCP_PRODUCT_URL, fixture: env.MCP_FIXTURE_URL };
const started = (server) => ({
  command: env.MCP_PROGRAM, args: ['mcp'], stderr: 'ignore',
  env: { ...env, PORTCULLIS_SOCKET: socketOf[server] },
});
const transport = (sdk, kind, server) => kind === 'stdio'
  ? new sdk.StdioClientTransport(started(server))
  : new sdk.StreamableHTTPClientTransport(new URL(urlOf[server]),
    { requestInit: { headers: { Authorization: `Bearer ${env.MCP_TOKEN}` } } });

// ---- the SDKs ----

const text = (result) => result.content[0].text;

// The ticket of an order.
async function preview(c, order) {
  const answer = await c.call('preview_order', { action: 'BUY', allow_duplicate: true, ...order });
  assert.ok(!answer.isError, text(answer));
  return answer.structuredContent;
}

// What a person does on the page for approvals: says yes, with the PIN.
async function approve(url) {
  const { origin, searchParams } = new URL(url);
  const page = await (await fetch(url)).text();
  assert.match(page, /<h2>BUY 51 KO at most 50\.00 USD/);
  const form = new URLSearchParams({ operation: 'approve_order', pin: env.MCP_PIN,
    approval: searchParams.get('approval') });
  const { status } = await fetch(url, { method: 'POST', headers: { Origin: origin }, body: form });
  assert.equal(status, 200);
}

// What is told to a client without being asked for, as it comes: {elicited, updated, done}.
async function connectV1(kind, server, heard) {
  const c = new v1.Client({ name: 'interop', version: '1' }, { capabilities: { elicitation: { form: {}, url: {} } } });
  c.setRequestHandler(v1.ElicitRequestSchema, ({ params }) => heard.elicited(params));
  c.setNotificationHandler(v1.ResourceUpdatedNotificationSchema, ({ params }) => heard.updated(params));
  c.setNotificationHandler(v1.ElicitationCompleteNotificationSchema, ({ params }) => heard.done(params));
  const t = transport(v1, kind, server);
  let version;
  const tell = t.setProtocolVersion?.bind(t);
  t.setProtocolVersion = (negotiated) => { version = negotiated; tell?.(negotiated); };
  await c.connect(t);
  return {
    version,
    list: async () => (await c.listTools()).tools,
    call: (name, args, options) => c.callTool({ name, arguments: args }, undefined, options),
    prompt: (params) => c.getPrompt(params),
    read: (uri) => c.readResource({ uri }),
    subscribe: (uri) => c.subscribeResource({ uri }),
    close: () => c.close(),
  };
}

const connectV2 = (era) => async (kind, server, heard) => {
  const c = new v2.Client({ name: 'interop', version: '1' }, {
    capabilities: { elicitation: { form: {}, url: {} } },
    ...(era === MODERN && { versionNegotiation: { mode: { pin: MODERN } } }),
  });
  c.setRequestHandler('elicitation/create', ({ params }) => heard.elicited(params));
  c.setNotificationHandler('notifications/resources/updated', ({ params }) => heard.updated(params));
  if (era === LEGACY)
    c.setNotificationHandler('notifications/elicitation/complete', ({ params }) => heard.done(params));
  await c.connect(transport(v2, kind, server));
  return {
    version: c.getNegotiatedProtocolVersion(),
    list: async () => (await c.listTools()).tools,
    call: (name, args, options) => c.callTool({ name, arguments: args }, options),
    prompt: (params) => c.getPrompt(params),
    read: (uri) => c.readResource({ uri }),
    subscribe: (uri) => era === MODERN ? c.listen({ resourceSubscriptions: [uri] })
      : c.subscribeResource({ uri }),
    close: () => c.close(),
  };
};

function testSdk(label, kind, era, connect) {
  const cell = (feature, sentence, body) =>
    test(`${label}, ${kind}, ${era}, M-${feature}: ${sentence}`, body);
  async function connected(server, act, heard = {}) {
    const c = await connect(kind, server, { elicited() {}, updated() {}, done() {}, ...heard });
    try {
      assert.equal(c.version, era);
      await act(c);
    } finally {
      await c.close();
    }
  }

  cell('list', 'it lists the tools', () => connected('product', async (c) => {
    const names = (await c.list()).map((tool) => tool.name);
    assert.ok(names.includes('get_portfolio') && names.includes('preview_order'), names.join());
  }));
  cell('call', 'it reads the portfolio', () => connected('product', async (c) => {
    await c.list(); // from now on the client holds answers against the output schema
    const { structuredContent: held, isError } = await c.call('get_portfolio', {});
    assert.ok(!isError && held.account === 'DU9000001' && held.positions.length > 0);
  }));
  cell('prompt', 'it gets a prompt', () => connected('product', async (c) => {
    const { messages } = await c.prompt(
      { name: 'investment_research', arguments: { symbols: 'AAPL' } });
    assert.match(messages[0].content.text, /get_market_data/);
  }));
  cell('read', 'it reads a resource', () => connected('product', async (c) => {
    const { contents: [{ text: json }] } = await c.read('portcullis://positions/AAPL');
    assert.deepEqual(JSON.parse(json).positions.map((row) => row.symbol), ['AAPL']);
  }));
  cell('progress', 'it hears how far a call is', () => connected('fixture', async (c) => {
    let seen; // a client that reads the last notice and the answer at once forgets the notice
    for (let i = 0; i < 5 && seen?.length !== 3; i++) {
      seen = [];
      await c.call('test_tool_with_progress', {}, { onprogress: (p) => seen.push(p.progress) });
    }
    assert.deepEqual(seen, [0, 50, 100]);
  }));
  cell('cancel', 'a call that it cancels ends at the server', () => connected('fixture', async (c) => {
    const count = async () => Number(text(await c.call('count_cancelled', {})));
    const before = await count(), abort = new AbortController();
    const call = c.call('work_until_cancelled', {},
      { signal: abort.signal, onprogress: () => abort.abort('enough') });
    await assert.rejects(call);
    for (let i = 0; await count() === before; i++) {
      assert.ok(i < 100, 'the server has not heard of it');
      await sleep(20);
    }
  }));
  cell('elicitation', 'its user approves an order', () => {
    const asked = [];
    return connected('product', async (c) => {
      const { preview_id } = await preview(c, { symbol: 'AAPL', quantity: 1, order_type: 'MKT' });
      const sent = await c.call('submit_order', { preview_id });
      assert.ok(!sent.isError && sent.structuredContent.order_id > 0, text(sent));
      assert.equal(asked.length, 1);
      assert.match(asked[0], /AAPL/);
    }, {
      elicited({ message }) {
        asked.push(message);
        return { action: 'accept', content: { decision: 'approve' } };
      },
    });
  });
  cell('page', 'its user is led to the page and approves there', () => {
    const led = [], done = [];
    return connected('product', async (c) => {
      const { preview_id } = await preview(c,
        { symbol: 'KO', quantity: 51, order_type: 'LMT', price: 50 });
      const sent = await c.call('submit_order', { preview_id });
      assert.ok(!sent.isError && sent.structuredContent.order_id > 0, text(sent));
      assert.deepEqual(led.map(({ mode }) => mode), ['url']);
      if (era === LEGACY)
        await eventually(() => done.some((d) => d.elicitationId === led[0].elicitationId),
          'notifications/elicitation/complete');
      await c.call('cancel_order', { order_id: sent.structuredContent.order_id });
    }, {
      done: (params) => done.push(params),
      async elicited(params) {
        led.push(params);
        await approve(params.url);
        return { action: 'accept' };
      },
    });
  });
  cell('subscribe', 'it hears that a resource has changed', () => {
    const updated = [];
    return connected('product', async (c) => {
      await c.subscribe(LISTS);
      const result = await c.call('edit_watchlist',
        { name: `${kind} ${era}`, action: 'add', symbols: ['AAPL'] });
      assert.ok(!result.isError, text(result));
      await eventually(() => updated.length, 'notifications/resources/updated');
      assert.equal(updated[0].uri, LISTS);
      await c.call('edit_watchlist', { name: `${kind} ${era}`, action: 'delete' });
    }, { updated: (params) => updated.push(params) });
  });
}

// ---- the Inspector's command line, which makes one request and ends ----

const INSPECTOR = '@modelcontextprotocol/inspector';
const modules = join(env.INTEROP_NODE, 'node_modules');
const node = [join(modules, `node-linux-${process.arch}`, 'bin/node')].find((p) => existsSync(p))
  ?? process.execPath;
if (node !== process.execPath) chmodSync(node, 0o755);

function inspect(kind, era, server, ...args) {
  const target = kind === 'stdio' ? [env.MCP_PROGRAM, 'mcp', '-e', `PORTCULLIS_SOCKET=${socketOf[server]}`]
    : ['--server-url', urlOf[server], '--transport', 'http'];
  const child = spawn(node, [join(modules, INSPECTOR, 'clients/launcher/build/index.js'), '--cli',
    ...target, '--protocol-era', era === MODERN ? 'modern' : 'legacy', '--format', 'json', ...args],
    { env: { ...env, MCP_INSPECTOR_DISABLE_UPDATE_CHECK: '1' }, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { out: '', err: '' };
  child.stdout.on('data', (d) => { said.out += d; });
  child.stderr.on('data', (d) => { said.err += d; });
  return new Promise((done, failed) => child.on('close', (code) => code === 0
    ? done({ ...said, answer: JSON.parse(said.out) })
    : failed(new Error(`the Inspector ended with ${code}: ${said.err}${said.out}`))));
}

const INSPECTOR_CANNOT = {
  progress: 'it shows the result alone',
  cancel: 'it waits for the result',
  elicitation: 'it does not offer to ask its user',
  page: 'it does not offer to ask its user',
  subscribe: 'it makes one request and ends',
};
function testInspector(kind, era) {
  const label = `Inspector CLI ${versionOf(INSPECTOR)}`;
  const cell = (feature, sentence, body) =>
    test(`${label}, ${kind}, ${era}, M-${feature}: ${sentence}`, body);
  cell('list', 'it lists the tools and finds fault with none', async () => {
    const { answer } = await inspect(kind, era, 'product', '--method', 'tools/list', '--strict');
    const { tools } = answer.result ?? answer;
    assert.ok(tools.some((tool) => tool.name === 'get_portfolio'));
  });
  cell('call', 'it reads the portfolio', async () => {
    const { answer } = await inspect(kind, era, 'product', '--method', 'tools/call',
      '--tool-name', 'get_portfolio');
    const result = answer.result ?? answer;
    assert.equal(result.structuredContent.account, 'DU9000001');
  });
  cell('prompt', 'it gets a prompt', async () => {
    const { answer } = await inspect(kind, era, 'product', '--method', 'prompts/get',
      '--prompt-name', 'investment_research', '--prompt-args', 'symbols=AAPL');
    assert.match((answer.result ?? answer).messages[0].content.text, /get_market_data/);
  });
  cell('read', 'it reads a resource', async () => {
    const { answer } = await inspect(kind, era, 'product', '--method', 'resources/read',
      '--uri', 'portcullis://positions/AAPL');
    const [{ text: json }] = (answer.result ?? answer).contents;
    assert.deepEqual(JSON.parse(json).positions.map((row) => row.symbol), ['AAPL']);
  });
  for (const [feature, why] of Object.entries(INSPECTOR_CANNOT))
    cell(feature, `it cannot # SKIP ${why}`, async () => {});
}

testSdk(`TypeScript SDK v1 ${versionOf('@modelcontextprotocol/sdk')}`, 'stdio', LEGACY, connectV1);
testSdk(`TypeScript SDK v1 ${versionOf('@modelcontextprotocol/sdk')}`, 'HTTP', LEGACY, connectV1);
for (const kind of ['stdio', 'HTTP'])
  for (const era of [LEGACY, MODERN])
    testSdk(`TypeScript SDK v2 ${versionOf('@modelcontextprotocol/client')}`, kind, era, connectV2(era));
for (const kind of ['stdio', 'HTTP'])
  for (const era of [LEGACY, MODERN])
    testInspector(kind, era);
await run({});
