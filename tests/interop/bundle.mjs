// SPDX-License-Identifier: MIT
// What is packed for desktop assistants, looked at with the tool of the format's makers and started
// as a host starts it; and server.json by the schema that the registry publishes.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { newHome, outside, run, startExchange, test } from './harness.mjs';

const RELEASE = 'https://github.com/example/portcullis/releases/download/v0.1.0';
const BUILD = resolve(process.env.INTEROP_BUILD ?? 'build');
const BUNDLE = join(BUILD, 'portcullis.mcpb');
const { Client } = outside('@modelcontextprotocol/sdk/client/index.js');
const { StdioClientTransport } = outside('@modelcontextprotocol/sdk/client/stdio.js');
const { getMcpConfigForManifest } = outside('@anthropic-ai/mcpb');

const work = mkdtempSync(join(tmpdir(), 'pb-'));
process.on('exit', () => rmSync(work, { recursive: true, force: true }));
const installed = join(work, 'installed');

function tool(...args) {
  const cli = join(process.env.INTEROP_NODE, 'node_modules/@anthropic-ai/mcpb/dist/cli/cli.js');
  const done = spawnSync(process.execPath, [cli, ...args], { encoding: 'utf8' });
  assert.equal(done.status, 0, done.stdout + done.stderr);
  return done.stdout;
}
const pack = () => {
  const done = spawnSync('tools/bundle', [BUILD, RELEASE], { encoding: 'utf8' });
  assert.equal(done.status, 0, done.stderr);
  return /SHA-256 ([0-9a-f]{64})/.exec(done.stdout)[1];
};
const manifest = () => JSON.parse(readFileSync(join(installed, 'manifest.json')));

// Starts the server as a host does that has this form filled in, in a home of its own.
async function connected(userConfig, act) {
  const world = newHome({ PORTCULLIS_HTTP_ENABLED: 'false' });
  const config = await getMcpConfigForManifest({
    manifest: manifest(), extensionPath: installed, systemDirs: {}, userConfig, pathSeparator: '/',
  });
  const client = new Client({ name: 'host', version: '1' });
  await client.connect(new StdioClientTransport({
    command: config.command, args: config.args, stderr: 'inherit', env: { ...world.env, ...config.env },
  }));
  const call = async (name) => (await client.callTool({ name, arguments: {} })).structuredContent;
  try {
    await act(client, call);
  } finally {
    await client.close();
  }
}

test('MCPB: the same build gives the same bundle', async () => assert.equal(pack(), pack()));
test('MCPB: the manifest is valid', async () => {
  tool('unpack', BUNDLE, installed);
  assert.match(tool('validate', join(installed, 'manifest.json')), /passes/);
  assert.match(tool('info', BUNDLE), /portcullis\.mcpb/);
});
test('MCPB: an installed bundle finds its libraries in itself', async () => {
  const { stdout } = spawnSync('ldd', [join(installed, 'server/portcullisd')], { encoding: 'utf8' });
  const foreign = stdout.split('\n').filter((line) => line.includes('=>') &&
    !line.includes(installed) && !/lib(c|m|resolv)\.so/.test(line));
  assert.deepEqual(foreign, []);
});
test('MCPB: with an empty form it is the embedded exchange, and its tools are those it names', () =>
  connected({}, async (client, call) => {
    const named = manifest().tools.map((t) => t.name);
    const { tools } = await client.listTools();
    assert.ok(tools.length > 10);
    for (const { name } of tools) assert.ok(named.includes(name), name);
    assert.match((await call('get_connection_status')).broker, /embedded/);
  }));
test('MCPB: what is filled in counts', async () => {
  const port = await startExchange('bundle', 225);
  await connected({ broker_kind: 'tws', broker_port: String(port), limits_mode: 'read_only' },
    async (client, call) => {
      const status = await call('get_connection_status');
      assert.equal(status.port, port);
      assert.equal(status.gate_mode, 'read_only');
    });
});

const schemaFile = join(process.env.INTEROP_CACHE, 'server.schema.json');
const missing = existsSync(schemaFile) ? '' : ' # SKIP the schema of the registry could not be had';
test(`server.json: it is what the registry's schema asks for${missing}`, async () => {
  if (missing) return;
  const Ajv = outside('ajv').default;
  const ajv = new Ajv({ strict: false, allErrors: true });
  outside('ajv-formats').default(ajv);
  const valid = ajv.compile(JSON.parse(readFileSync(schemaFile)));
  const server = JSON.parse(readFileSync(join(BUILD, 'server.json')));
  assert.ok(valid(server), JSON.stringify(valid.errors));
  assert.ok(server.packages[0].identifier.startsWith(RELEASE));
  assert.ok(!valid({ ...server, version: undefined, name: 'no slash' }), 'it can fail');
});
await run({});
