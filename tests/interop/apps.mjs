// SPDX-License-Identifier: MIT
// Our pages (MCP Apps) in headless Chromium, under the published host side of the protocol
// (AppBridge of ext-apps) with the official client behind it: the ticket and its Confirm, the
// portfolio, both themes, no outside load; and the page for approvals. INTEROP_SHOTS names a directory for screenshots.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PATIENCE_MS, PROGRAM, freePort, newHome, outside, run, sleep, test } from './harness.mjs';

const CHROMIUM = process.env.INTEROP_CHROMIUM ?? '/usr/bin/chromium';
if (!existsSync(CHROMIUM)) {
  console.log('chromium is missing');
  console.log('1..0 # SKIP all tests');
  process.exit(0);
}
const load = (name) => import(pathToFileURL(outside.resolve(name)).href);
const { AppBridge, isToolVisibilityAppOnly, getToolUiResourceUri } =
  await load('@modelcontextprotocol/ext-apps/app-bridge');
const { Client } = await load('@modelcontextprotocol/client');
const { StdioClientTransport } = await load('@modelcontextprotocol/client/stdio');
const { default: puppeteer } = await load('puppeteer-core');

const UI = { 'io.modelcontextprotocol/ui': { mimeTypes: ['text/html;profile=mcp-app'] } };
const THEMES = {
  light: { '--color-background-primary': '#fffdf8', '--color-text-primary': '#201a14' },
  dark: { '--color-background-primary': '#101418', '--color-text-primary': '#e8eef4' },
};
const ORDER = { symbol: 'KO', action: 'BUY', quantity: 5, order_type: 'LMT', price: 60 };

async function connect(home, mode, extensions = UI) {
  const client = new Client({ name: 'apps-host', version: '1' },
    { capabilities: { extensions }, versionNegotiation: { mode } });
  await client.connect(new StdioClientTransport(
    { command: PROGRAM, args: ['mcp'], env: home.env, stderr: 'ignore' }));
  for (;;) { // until the paper exchange is there
    const status = await client.callTool({ name: 'get_connection_status', arguments: {} });
    if (status.structuredContent?.ready ?? status.structuredContent?.connected) return client;
    await sleep(50);
  }
}

// A page in a sandboxed frame, and the host side of the protocol over it.
async function mount(world, client, uri, { theme = 'light', width = 720, capabilities } = {}) {
  const { contents: [{ text, mimeType, _meta }] } = await client.readResource({ uri });
  assert.equal(mimeType, 'text/html;profile=mcp-app');
  assert.ok(_meta.ui.csp);
  const page = await world.browser.newPage();
  const requests = [], context = [], sizes = [];
  page.on('request', (r) => /^(data|about|blob):/.test(r.url()) || requests.push(r.url()));
  await page.setViewport({ width, height: 640 });
  const transport = {
    async start() {},
    async close() {},
    send: (message) => page.evaluate((m) => document.querySelector('iframe').contentWindow
      .postMessage(m, '*'), message),
  };
  await page.exposeFunction('toHost', (message) => transport.onmessage?.(message));
  const bridge = new AppBridge(client, { name: 'host', version: '1' },
    capabilities ?? { serverTools: {}, updateModelContext: { text: {} } },
    { hostContext: { theme, styles: { variables: THEMES[theme] }, locale: 'en-US' } });
  bridge.onupdatemodelcontext = async (params) => (context.push(params), {});
  bridge.onsizechange = (params) => sizes.push(params);
  const ready = new Promise((done) => { bridge.oninitialized = done; });
  await bridge.connect(transport);
  await page.setContent('<!doctype html><style>html,body{margin:0;height:100%}' +
    'iframe{border:0;width:100%;height:100%}</style><iframe sandbox="allow-scripts"></iframe>');
  await page.evaluate((html) => {
    const frame = document.querySelector('iframe');
    window.addEventListener('message', (e) => e.source === frame.contentWindow && window.toHost(e.data));
    frame.srcdoc = html;
  }, text);
  await ready;
  const frame = await (await page.$('iframe')).contentFrame();
  return { page, frame, bridge, requests, context, sizes,
    body: () => frame.$eval('body', (b) => b.innerText) };
}
const shot = (view, name) => process.env.INTEROP_SHOTS &&
  view.page.screenshot({ path: join(process.env.INTEROP_SHOTS, name + '.png') });
const until = async (view, pattern) => {
  for (let i = 0; i < 200; i++) {
    if (pattern.test(await view.body())) return;
    await sleep(50);
  }
  assert.match(await view.body(), pattern);
};

async function preview(client, args = ORDER) {
  const result = await client.callTool({ name: 'preview_order', arguments: args });
  assert.ok(!result.isError, JSON.stringify(result));
  return result;
}
const submit = (client, preview_id) =>
  client.callTool({ name: 'submit_order', arguments: { preview_id } });
const openOrders = async (client) => (await client.callTool(
  { name: 'get_open_orders', arguments: {} })).structuredContent.orders.length;

for (const mode of ['legacy', { pin: '2026-07-28' }]) {
  const era = mode === 'legacy' ? 'initialize' : mode.pin;

  test(`${era}: only who shows pages sees what is for pages`, async (world) => {
    const client = await world.client(mode);
    const tools = (await client.listTools()).tools;
    const named = (name) => tools.find((t) => t.name === name);
    assert.ok(isToolVisibilityAppOnly(named('commit_order')));
    assert.equal(getToolUiResourceUri(named('preview_order')), 'ui://portcullis/ticket');
    assert.equal(getToolUiResourceUri(named('get_portfolio')), 'ui://portcullis/portfolio');
    const plain = await world.client(mode, {});
    const names = (await plain.listTools()).tools.map((t) => t.name);
    assert.ok(!names.includes('commit_order'));
    const { _meta } = await preview(plain);
    assert.equal(_meta?.['portcullis/proof'], undefined);
  });

  test(`${era}: what a model can say does not confirm`, async (world) => {
    const client = await world.client(mode);
    const result = await preview(client);
    const proof = result._meta['portcullis/proof'];
    const { preview_id, approval } = result.structuredContent;
    assert.equal(approval, 'app');
    assert.match(proof, /^[0-9a-f]{32}$/);
    assert.ok(!JSON.stringify([result.content, result.structuredContent]).includes(proof));
    assert.equal((await submit(client, preview_id)).structuredContent.result, 'awaiting_approval');
    for (const guess of [preview_id, '', '0'.repeat(32), 'true', 'confirmed by the user']) {
      const said = await client.callTool(
        { name: 'commit_order', arguments: { preview_id, proof: guess } });
      assert.ok(said.isError);
      assert.match(said.content[0].text, guess ? /NOT_PROVEN/ : /MISSING_ARGUMENT/);
    }
    assert.equal(await openOrders(client), world.orders);
  });

  test(`${era}: a person's click in the ticket sends the order, once`, async (world) => {
    const client = await world.client(mode);
    const result = await preview(client, { ...ORDER, quantity: world.orders + 6 });
    const view = await mount(world, client, 'ui://portcullis/ticket');
    await view.frame.evaluate(() => new MutationObserver(() => {
      const button = document.querySelector('button.main');
      if (button) window.atFirst ??= { disabled: button.disabled };
    }).observe(document.body, { childList: true }));
    await view.bridge.sendToolInput({ arguments: ORDER });
    await view.bridge.sendToolResult(result);
    await until(view, /Confirm and send/);
    const text = await view.body();
    for (const fact of [`BUY ${world.orders + 6} KO`, 'paper money', 'Worth at most', 'limit 60', 'DAY'])
      assert.ok(text.includes(fact), `${fact} is missing in: ${text}`);
    // a click that was meant for what stood there before confirms nothing, nor does a script
    assert.equal(await view.frame.evaluate(() => window.atFirst.disabled), true);
    await sleep(1300);
    await view.frame.evaluate(() => document.querySelector('button.main').click());
    await sleep(200);
    assert.equal(await openOrders(client), world.orders);
    await view.frame.click('button.main');
    await until(view, /Sent: working, order \d+/);
    world.orders++;
    assert.equal(await openOrders(client), world.orders);
    assert.equal(await view.frame.$('button.main'), null);
    assert.match(view.context.at(-1).content[0].text, /pressed the button. Sent: working/);
    const again = await client.callTool({ name: 'commit_order', arguments:
      { preview_id: result.structuredContent.preview_id, proof: result._meta['portcullis/proof'] } });
    assert.match(again.content[0].text, /PREVIEW_USED/);
    assert.deepEqual(view.requests, []);
    assert.ok(view.sizes.length > 0 && view.sizes.at(-1).height > 50 && view.sizes.at(-1).height <= 500);
    await view.page.close();
  });
}

test('a large order wants its quantity typed; a refused one has no button', async (world) => {
  const client = await world.client({ pin: '2026-07-28' });
  const large = await preview(client, { ...ORDER, quantity: 60 });
  const view = await mount(world, client, 'ui://portcullis/ticket');
  await view.bridge.sendToolResult(large);
  await until(view, /exceeds confirm_above_pct/);
  await sleep(1300);
  assert.equal(await view.frame.$eval('button.main', (b) => b.disabled), true);
  await view.frame.type('input', '60');
  assert.equal(await view.frame.$eval('button.main', (b) => b.disabled), false);
  await shot(view, 'ticket-large');
  const refused = await preview(client, { ...ORDER, quantity: 5000 });
  await view.bridge.sendToolResult(refused);
  await until(view, /would refuse/);
  assert.equal(await view.frame.$('button.main'), null);
  await shot(view, 'ticket-refused');
  await view.page.close();
});

test('what comes from outside is text in a page, never a part of it', async (world) => {
  const client = await world.client({ pin: '2026-07-28' });
  const result = structuredClone(await preview(client));
  const evil = '<img src=x onerror="document.title=1"><script>document.title=2</script>';
  Object.assign(result.structuredContent, { symbol: evil, exchange: evil, account: evil });
  result.structuredContent.findings = [{ code: 'X', text: evil, is_warning: true }];
  const view = await mount(world, client, 'ui://portcullis/ticket');
  await view.bridge.sendToolResult(result);
  await until(view, /onerror/);
  assert.equal(await view.frame.$$eval('img', (e) => e.length), 0);
  assert.equal(await view.frame.title(), 'Order ticket');
  assert.deepEqual(view.requests, []);
  await view.page.close();
});

test('the portfolio is drawn, and asked for again', async (world) => {
  const client = await world.client({ pin: '2026-07-28' });
  const result = await client.callTool({ name: 'get_portfolio', arguments: {} });
  for (const theme of ['light', 'dark'])
    for (const width of [720, 360]) {
      const view = await mount(world, client, 'ui://portcullis/portfolio', { theme, width });
      await view.bridge.sendToolInput({ arguments: {} });
      await view.bridge.sendToolResult(result);
      await until(view, /Portfolio of DU/);
      for (const p of result.structuredContent.positions.slice(0, 5))
        assert.ok((await view.body()).includes(p.symbol));
      assert.match(await view.body(), /Value USD/); // not in the currency beside the symbol
      const looks = await view.frame.$eval('body', (b) => getComputedStyle(b).backgroundColor);
      assert.equal(looks, theme === 'light' ? 'rgb(255, 253, 248)' : 'rgb(16, 20, 24)');
      assert.ok(await view.frame.$eval('html', (h) => h.scrollWidth <= h.clientWidth), 'too wide');
      await shot(view, `portfolio-${theme}-${width}`);
      await view.frame.evaluate(() => { document.querySelector('h1').textContent = 'stale'; });
      await (await view.frame.$$('button')).at(0).click();
      await until(view, /Portfolio of DU/);
      assert.deepEqual(view.requests, []);
      await view.page.close();
    }
});

test('the ticket in both themes, wide and narrow', async (world) => {
  const client = await world.client({ pin: '2026-07-28' });
  const bracket = { symbol: 'AAPL', action: 'BUY', quantity: 2, order_type: 'BRACKET', price: 200,
    stop_price: 184, target_price: 300 };
  for (const theme of ['light', 'dark'])
    for (const width of [720, 360]) {
      const view = await mount(world, client, 'ui://portcullis/ticket', { theme, width });
      await view.bridge.sendToolResult(await preview(client, bracket));
      await until(view, /Loss at the stop/);
      assert.match(await view.body(), /Price\s+\d+\.\d\d+ \(\d+\.\d\d+ to \d+\.\d\d+\)/);
      assert.match(await view.body(), /Margin\s+\+[\d,.]+ USD, then [\d,.]+ USD/);
      assert.ok(await view.frame.$eval('html', (h) => h.scrollWidth <= h.clientWidth), 'too wide');
      await sleep(1300);
      await shot(view, `ticket-${theme}-${width}`);
      await view.page.close();
    }
});

test('a host that keeps the proof to itself gets a ticket without a button', async (world) => {
  const client = await world.client({ pin: '2026-07-28' });
  const { _meta, ...bare } = await preview(client);
  const view = await mount(world, client, 'ui://portcullis/ticket');
  await view.bridge.sendToolResult(bare);
  await until(view, /does not let the ticket send/);
  assert.equal(await view.frame.$('button.main'), null);
  await view.page.close();
});

// `script` gives the client a terminal; what is typed comes when it is asked for.
const setPin = (home, pin) => spawnSync('sh', ['-c',
  `(sleep 1; echo ${pin}; sleep 1; echo ${pin}; sleep 1) | script -qec "$0 pin set" /dev/null`, PROGRAM],
  { env: home.env, encoding: 'utf8', timeout: PATIENCE_MS });

test('the page for approvals takes the PIN, and nothing else', async (world) => {
  const port = await freePort();
  const asked = newHome({ PORTCULLIS_HTTP_PORT: String(port),
    PORTCULLIS_LIMITS_APPROVAL_PAPER: 'out_of_band' });
  let waiting;
  for (let i = 0; i < 20 && (waiting?.status ?? 6) === 6; i++) // until the exchange has prices
    waiting = asked.portcullis('limit', 'KO', 'BUY', '5', '60', '--json');
  assert.equal(waiting.status, 10, waiting.stdout + waiting.stderr);
  const { preview_id } = JSON.parse(waiting.stdout);
  const said = setPin(asked, '2468');
  assert.equal(said.status, 0, said.stdout);
  const { page: url } = JSON.parse(asked.portcullis('approvals', '--json').stdout);
  assert.ok(url.startsWith(`http://127.0.0.1:${port}/approve/`));
  const page = await world.browser.newPage();
  const errors = [];
  page.on('console', (m) => m.type() === 'error' && errors.push(m.text()));
  for (const [theme, width] of [['light', 720], ['dark', 720], ['light', 360]]) {
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: theme }]);
    await page.setViewport({ width, height: 900 });
    await page.goto(url);
    assert.match(await page.$eval('main', (m) => m.innerText), /BUY 5 KO LMT limit 60 DAY/);
    assert.equal(await page.$eval('body', (b) => getComputedStyle(b).backgroundColor),
      theme === 'light' ? 'rgb(255, 255, 255)' : 'rgb(27, 28, 30)');
    await shot({ page }, `approve-${theme}-${width}`);
  }
  const decide = async (pin) => {
    await page.type('input[name=pin]', pin);
    await Promise.all([page.waitForNavigation(), page.click('button.main')]);
    return page.$eval('[role=status]', (e) => e.innerText);
  };
  await page.type('input[name=pin]', '2468');
  await page.keyboard.press('Enter'); // decides nothing: a button has to be pressed
  await sleep(300);
  assert.equal(await page.$('[role=status]'), null);
  await page.goto(url);
  assert.match(await decide('1357'), /wrong/);
  await shot({ page }, 'approve-wrong');
  assert.match(await decide('2468'), /approved, and not sent yet/);
  await shot({ page }, 'approve-done');
  assert.deepEqual(errors.filter((e) => !/403/.test(e)), []);
  const sent = asked.portcullis('submit', preview_id, '--json');
  assert.equal(sent.status, 0, sent.stdout + sent.stderr);
  await page.close();
});

const home = newHome({ PORTCULLIS_HTTP_ENABLED: 'false', PORTCULLIS_LIMITS_APPROVAL_PAPER: 'app' });
const clients = new Map();
await run({
  orders: 0,
  browser: await puppeteer.launch({ executablePath: CHROMIUM, headless: true,
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'] }),
  async client(mode, extensions = UI) {
    const key = JSON.stringify([mode, extensions]);
    if (!clients.has(key)) clients.set(key, await connect(home, mode, extensions));
    return clients.get(key);
  },
});
