// SPDX-License-Identifier: MIT
// What the Node interop tests share: TAP, the outside packages, the paper exchange, a daemon of
// one's own, and the clearing up of all of it.

import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

const ROOT = resolve(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '../..');
export const PROGRAM = resolve(ROOT, process.env.INTEROP_BUILD ?? 'build', 'portcullis');
const CACHE = process.env.INTEROP_NODE ?? resolve(ROOT, '.cache/interop/node');
export const PATIENCE_MS = 20_000;

// Packages live in the cache, not beside the tests.
export const outside = createRequire(join(CACHE, 'package.json'));
export const versionOf = (name) =>
  outside(join(CACHE, 'node_modules', name, 'package.json')).version;

// ---- TAP ----

const tests = [];
export const test = (name, run) => tests.push({ name, run });
// A test of a client of brokers that stands for the flow in the table of docs/interop.md.
export const flow = (step, name, run) => tests.push({ step, name, run });

// Runs the tests in order with one context; a test that fails does not stop the others. `who` says
// which client at which server version, where that is not always the same.
export async function run(context, who = '') {
  let failed = 0;
  for (const [i, { step, name: sentence, run: body }] of tests.entries()) {
    const name = [[who, step].filter(Boolean).join(', '), sentence].filter(Boolean).join(': ');
    try {
      await withTimeout(body(context), 3 * PATIENCE_MS, name);
      console.log(`ok ${i + 1} - ${name}`);
    } catch (error) {
      failed++;
      console.log(`not ok ${i + 1} - ${name}`);
      for (const line of String(error?.stack ?? error).split('\n')) console.log('# ' + line);
    }
  }
  console.log(`1..${tests.length}`);
  process.exit(failed ? 1 : 0);
}

function withTimeout(promise, ms, what) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no end after ${ms} ms: ${what}`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

export async function eventually(condition, what, ms = PATIENCE_MS) {
  const end = Date.now() + ms;
  for (;;) {
    const found = condition();
    if (found) return found;
    if (Date.now() > end) throw new Error(`waited ${ms} ms in vain for ${what}`);
    await sleep(10);
  }
}

// ---- clearing up, however the test ends ----

const atEnd = [];
process.on('exit', () => {
  for (const act of atEnd.reverse()) act();
});
for (const [signal, status] of [['SIGTERM', 143], ['SIGINT', 130], ['SIGHUP', 129]])
  process.on(signal, () => process.exit(status));
process.on('unhandledRejection', (error) => {
  console.log(`Bail out! ${error?.stack ?? error}`.replaceAll('\n', '\n# '));
  process.exit(1);
});

// ---- the paper exchange ----

// Starts a program and resolves with what `pattern` captures in its stderr.
async function announced(command, args, pattern) {
  const child = spawn(command, args.map(String), { stdio: ['ignore', 'ignore', 'pipe'] });
  atEnd.push(() => child.kill('SIGTERM'));
  const said = [];
  return new Promise((found, failed) => {
    child.on('error', failed);
    child.on('exit', (code) =>
      failed(new Error(`${command} ended with ${code}: ${said.slice(-5).join(' / ')}`)));
    createInterface({ input: child.stderr }).on('line', (line) => {
      said.push(line);
      const match = pattern.exec(line);
      if (match) found(match[1]);
    });
  });
}

// A paper exchange of its own on a free port, which keeps nothing; the recording proxy in front of
// it where requests are recorded. `more` are further options. Resolves with the port.
export async function startExchange(client, maxVersion, ...more) {
  let port = await announced(PROGRAM, ['paper', '--memory', '--port', 0, '--max-version', maxVersion,
    '--no-subscription', 'LSE', ...more],
    /127\.0\.0\.1:(\d+)/);
  if (process.env.INTEROP_RECORD) {
    const file = client.replaceAll('@', '').replaceAll(/[ /]/g, '-') + `-at-${maxVersion}.txt`;
    port = await announced('python3', [join(ROOT, 'tests/interop/record_proxy.py'), port,
      join(process.env.INTEROP_RECORD, file), client], /listening on (\d+)/);
  }
  return Number(port);
}

// ---- a daemon of one's own ----

// An environment in which `portcullis` knows nothing of this user: new directories, a daemon of its
// own. `settings` are PORTCULLIS_ variables. The daemon is stopped and all is removed at the end.
export function newHome(settings = {}) {
  const home = mkdtempSync(join(tmpdir(), 'pi-')); // short: sockets have a limit of 107 bytes
  const socket = join(home, 'state/portcullis/portcullis.sock');
  const env = {
    PATH: process.env.PATH,
    HOME: home,
    XDG_CONFIG_HOME: join(home, 'config'),
    XDG_STATE_HOME: join(home, 'state'),
    XDG_RUNTIME_DIR: join(home, 'run'),
    ...settings,
  };
  let isStopped = false;
  const portcullis = (...args) => {
    isStopped = args[0] === 'stop';
    return spawnSync(PROGRAM, args, { env, encoding: 'utf8', timeout: PATIENCE_MS, input: '' });
  };
  atEnd.push(() => {
    // whoever was interrupted may have a daemon that is only just starting
    for (let i = 0; i < 40 && !isStopped && !existsSync(socket); i++) spawnSync('sleep', ['0.05']);
    if (existsSync(socket)) portcullis('stop');
    rmSync(home, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  });
  return { home, env, socket, portcullis };
}

export function freePort() {
  return new Promise((done, failed) => {
    const server = createServer();
    server.on('error', failed);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}
