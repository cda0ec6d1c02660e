// SPDX-License-Identifier: MIT
// The story that every MCP client goes through with `portcullis mcp`; mcp_legacy.mjs and
// mcp_modern.mjs give it the official clients. The first connection starts the daemon.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { eventually, newHome, PROGRAM, test } from './harness.mjs';

// The names under which the operations have been known to assistants' users for long.
export const TOOLS = `
  get_portfolio get_account_summary switch_account get_accounts get_connection_status
  get_market_data get_forex_rates convert_currency resolve_symbol
  place_stop_loss get_stop_losses modify_stop_loss cancel_stop_loss
  place_market_order place_limit_order cancel_order modify_order get_order_status
  place_bracket_order get_open_orders get_completed_orders get_executions
  get_tool_documentation`.trim().split(/\s+/);

export const newWorld = () => newHome({ PORTCULLIS_HTTP_ENABLED: 'false' });
export const serverOf = (world) =>
  ({ command: PROGRAM, args: ['mcp'], env: world.env, stderr: 'ignore' });

// A client as {label, connect(server), validator}: `connect` resolves with {client, call, close,
// version}; `call(name, args, options)` is tools/call; validator(schema) returns a function that
// returns {valid, errorMessage}.
export function testClient({ label, protocol, connect, validator, refusesUnknownTool }) {
  const say = (sentence) => `${label}: ${sentence}`;

  async function answered(c, name, args = {}) {
    const result = await c.call(name, args);
    assert.ok(!result.isError, JSON.stringify(result.content));
    checkShape(c, name, result);
    return result.structuredContent;
  }
  function checkShape(c, name, result) {
    assert.equal(result.content[0].type, 'text');
    assert.deepEqual(JSON.parse(result.content[0].text), result.structuredContent);
    const { valid, errorMessage } = c.validators.get(name)(result.structuredContent);
    assert.ok(valid, `${name}: ${errorMessage}`);
  }

  test(say('it connects and agrees on the protocol'), async (world) => {
    world.c = await connect(serverOf(world));
    assert.equal(world.c.version, protocol);
    assert.equal(world.c.client.getServerVersion().name, 'portcullis');
    assert.ok(world.c.client.getServerCapabilities().tools);
    assert.ok(world.c.client.getInstructions().length > 0);
  });

  test(say('it lists all tools with the names that users know'), async ({ c }) => {
    const { tools } = await c.client.listTools();
    c.validators = new Map(tools.map((tool) => [tool.name, validator(tool.outputSchema)]));
    const names = tools.map((tool) => tool.name);
    assert.deepEqual(TOOLS.filter((name) => !names.includes(name)), []);
    assert.equal(new Set(names).size, names.length);
    for (const { name, description, annotations } of tools) {
      assert.ok(description.length > 0 && description.length < 2048, name);
      assert.equal(typeof annotations.readOnlyHint, 'boolean', name);
    }
    const hint = (name) => tools.find((tool) => tool.name === name).annotations.readOnlyHint;
    assert.ok(hint('get_portfolio') && !hint('place_market_order'));
  });

  test(say('it reads the portfolio'), async ({ c }) => {
    // the daemon may just have been started: its exchange is there within moments
    const portfolio = await soon(() => answered(c, 'get_portfolio'));
    assert.equal(portfolio.account, 'DU9000001');
    assert.ok(portfolio.positions.some((row) => row.symbol === 'AAPL' && row.marketPrice > 0));
  });

  test(say('it gets market data from three exchanges'), async ({ c }) => {
    await soon(async () => { // the first prices of a line may take their time
      const { quotes } = await answered(c, 'get_market_data', { symbols: 'AAPL,ASML,7203' });
      assert.deepEqual(quotes.map((q) => q.symbol), ['AAPL', 'ASML', '7203']);
      assert.equal(quotes[2].currency, 'JPY');
      for (const q of quotes) assert.ok(q.bid > 0 && q.bid < q.ask, JSON.stringify(q));
    });
  });

  test(say('it previews a stop loss and nothing is sent'), async ({ c }) => {
    const { quotes: [apple] } = await answered(c, 'get_market_data', { symbols: 'AAPL' });
    const stop = Math.round(apple.bid * 90) / 100;
    const preview = await answered(c, 'place_stop_loss',
      { symbol: 'AAPL', stop_price: stop, dry_run: true });
    assert.equal(preview.dry_run, true);
    assert.equal(preview.stop_price, stop);
    const { stops } = await answered(c, 'get_stop_losses');
    assert.deepEqual(stops.filter((row) => row.stop_price === stop), []);
  });

  test(say('it places a market order, which fills'), async ({ c }) => {
    const placed = await answered(c, 'place_market_order',
      { symbol: 'AAPL', action: 'BUY', quantity: 1, allow_duplicate: true });
    assert.equal(placed.success, true);
    await soon(async () => {
      const order = await answered(c, 'get_order_status', { order_id: placed.order_id });
      assert.equal(order.status, 'Filled');
    });
  });

  test(say('an order beyond the limits is an error that says why'), async ({ c }) => {
    const result = await c.call('place_market_order',
      { symbol: 'AAPL', action: 'BUY', quantity: 100_000 });
    assert.equal(result.isError, true);
    const said = JSON.parse(result.content[0].text);
    assert.equal(said.success, false);
    assert.ok(said.error && said.code && said.details.length > 0, result.content[0].text);
  });

  test(say('a wrong argument is an error that teaches'), async ({ c }) => {
    const result = await c.call('get_market_data', { symbol: 'AAPL' });
    assert.equal(result.isError, true);
    const said = JSON.parse(result.content[0].text);
    assert.match(said.error + (said.next ?? '') + JSON.stringify(said.details ?? ''), /symbols/);
  });

  test(say('it lists prompts, and completes and gets one'), async ({ c }) => {
    const { prompts } = await c.client.listPrompts();
    const names = prompts.map((prompt) => prompt.name);
    assert.ok(names.includes('investment_research') && names.includes('monthly_report'), names.join());
    const { completion } = await c.client.complete({
      ref: { type: 'ref/prompt', name: 'investment_research' },
      argument: { name: 'symbols', value: 'MSFT,aap' },
    });
    assert.deepEqual(completion.values, ['MSFT,AAPL']);
    const { messages: [message] } = await c.client.getPrompt(
      { name: 'investment_research', arguments: { symbols: 'AAPL' } });
    assert.match(message.content.text, /`get_market_data`.*```json\n\{"symbols":"AAPL"\}\n```$/s);
    await assert.rejects(c.client.getPrompt({ name: 'investment_research' }), /symbols is missing/);
  });

  test(say('it lists resources and templates, and reads both'), async ({ c }) => {
    const { resources } = await c.client.listResources();
    const { resourceTemplates } = await c.client.listResourceTemplates();
    assert.ok(resources.length >= 10 && resourceTemplates.length >= 5);
    const read = async (uri) => JSON.parse((await c.client.readResource({ uri })).contents[0].text);
    const held = await read('portcullis://portfolio');
    const one = await read('portcullis://positions/MSFT');
    assert.deepEqual(one.positions.map((row) => row.symbol), ['MSFT']);
    assert.ok(held.positions.length > 1);
    const { contents: [docs] } = await c.client.readResource({ uri: 'portcullis://docs/stop_loss' });
    assert.equal(docs.mimeType, 'text/markdown');
    await assert.rejects(c.client.readResource({ uri: 'portcullis://nothing' }), /not found/);
  });

  test(say('an unknown tool is refused'), async ({ c }) => {
    await assert.rejects(c.call('get_rich_quick', {}), refusesUnknownTool);
  });

  test(say('a cancelled call leaves the connection in order'), async ({ c }) => {
    const abort = new AbortController();
    const call = c.call('get_market_data', { symbols: 'SIE,BMW,NOVN,700' }, { signal: abort.signal });
    setTimeout(() => abort.abort('changed my mind'), 1);
    await call.catch(() => {}); // it may have been answered before
    const { available_accounts: accounts } = await answered(c, 'get_accounts');
    assert.equal(accounts.length, 1);
  });

  test(say('it disconnects and the daemon stays for the next one'), async (world) => {
    await world.c.close();
    assert.ok(existsSync(world.socket));
  });
}

export function testStop() {
  test('portcullis stop ends the daemon', async (world) => {
    const stopped = world.portcullis('stop');
    assert.equal(stopped.status, 0, stopped.stderr);
    await eventually(() => !existsSync(world.socket),
      'the socket to go');
    assert.match(world.portcullis('stop').stdout, /no daemon is running/);
  });
}

// Tries again until it succeeds; the last failure is the test's.
async function soon(act) {
  const end = Date.now() + 15_000;
  for (;;) {
    try {
      return await act();
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((done) => setTimeout(done, 100));
    }
  }
}
