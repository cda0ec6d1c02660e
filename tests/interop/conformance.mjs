// SPDX-License-Identifier: MIT
// The official conformance suite of the protocol against the MCP core (tests/mcp/serve.c is the
// server with the tools that it asks for), each scenario of each revision a test. It needs Node 22,
// which comes as a package.

import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

const REVISIONS = { '2025-11-25': 30, '2026-07-28': 37 }; // scored scenarios
// what the suite runs but does not score, and we do not offer
const ABSENT = [];

const modules = join(process.env.INTEROP_NODE, 'node_modules');
const suite = join(modules, '@modelcontextprotocol/conformance/dist/index.js');
const node = [`node-linux-${process.arch}`].map((p) => join(modules, p, 'bin/node'))
  .find((p) => existsSync(p)) ?? process.execPath;
if (node !== process.execPath) chmodSync(node, 0o755);

const fixture = spawn(resolve(process.env.INTEROP_BUILD ?? 'build', 'mcp_fixture'),
  { stdio: ['ignore', 'pipe', 'inherit'] });
const { value: url } = await createInterface({ input: fixture.stdout })[Symbol.asyncIterator]().next();
const work = mkdtempSync(join(tmpdir(), 'conformance-'));

let n = 0, failed = 0;
const say = (ok, name, note = '') => {
  console.log(`${ok ? 'ok' : 'not ok'} ${++n} - MCP ${name}${note}`);
  if (!ok) failed++;
};
for (const [revision, scored] of Object.entries(REVISIONS)) {
  const { stdout, stderr } = spawnSync(node, [suite, 'server', '--url', url, '--requirements',
    revision, '-o', join(work, revision)], { encoding: 'utf8', timeout: 240_000 });
  let passed = 0;
  for (const [, mark, name, rest] of
    stdout.matchAll(/^([✓✗]) ([a-z0-9-]+): (\d+ passed, \d+ failed)$/gm)) {
    const isAbsent = ABSENT.some((pattern) => pattern.test(name));
    say(isAbsent || mark === '✓', `${revision}, ${name}: ${rest}`, isAbsent ? ' # SKIP not offered' : '');
    passed += mark === '✓' && !isAbsent;
  }
  say(passed >= scored, `${revision}: ${scored} scored scenarios are among those that pass`);
  if (passed < scored) for (const line of `${stdout}\n${stderr}`.split('\n')) console.log('# ' + line);
}
console.log(`1..${n}`);
fixture.kill();
rmSync(work, { recursive: true, force: true });
process.exit(failed ? 1 : 0);
