// SPDX-License-Identifier: MIT
// The official conformance suite of the protocol, each scenario of each revision a test: at the
// fixture of tests/mcp, which has the tools that it asks for, all of them; at the product itself,
// on its embedded exchange, those that need none. Runs in the world of mcp_world. The suite needs
// Node 22, which comes as a package. docs/interop.md has a table made from what this prints.

import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const SCORED = { '2025-11-25': 30, '2026-07-28': 37 }; // scenarios, by revision
const URLS = { fixture: process.env.MCP_FIXTURE_URL, product: process.env.MCP_PRODUCT_URL };
// What is about the server as such, and not about tools, prompts and resources of given names.
const WITHOUT_FIXTURE = `
  server-initialize server-session-lifecycle server-stateless server-sse-multiple-streams ping
  logging-set-level tools-list resources-list prompts-list caching dns-rebinding-protection
  sep-2164-resource-not-found input-required-result-unsupported-methods
  http-header-validation`.trim().split(/\s+/);
// What the suite announces, runs, and has no check for.
const EMPTY = ['tasks-status-notifications'];

const modules = join(process.env.INTEROP_NODE, 'node_modules');
const suite = join(modules, '@modelcontextprotocol/conformance/dist/index.js');
const node = [`node-linux-${process.arch}`].map((p) => join(modules, p, 'bin/node'))
  .find((p) => existsSync(p)) ?? process.execPath;
if (node !== process.execPath) chmodSync(node, 0o755);

let n = 0, failed = 0;
const say = (ok, name, note = '') => {
  console.log(`${ok ? 'ok' : 'not ok'} ${++n} - ${name}${note}`);
  if (!ok) failed++;
};

// How many checks of a scenario failed for another reason than that a tool of the fixture is not
// there; the suite cannot try them then, and counts them as failed.
function faults(out, scenario) {
  const dir = readdirSync(out).find((name) => name.startsWith(`server-${scenario}-2`));
  const checks = JSON.parse(readFileSync(join(out, dir, 'checks.json'), 'utf8'));
  return checks.filter(({ status, errorMessage }) => status === 'FAILURE' &&
    !/^Not testable: server does not list the diagnostic tool/.test(errorMessage)).length;
}

function run(server, revision) {
  const out = join(process.env.MCP_HOME, `${server}-${revision}`);
  const { stdout, stderr } = spawnSync(node, [suite, 'server', '--url', URLS[server],
    '--requirements', revision, '-o', out], { encoding: 'utf8', timeout: 240_000 });
  const [summary, rest = ''] = stdout.split('\nNot scored for ');
  let scored = 0, seen = 0;
  for (const [, mark, scenario, passed, bad] of
    summary.matchAll(/^([✓✗]) ([a-z0-9-]+): (\d+) passed, (\d+) failed$/gm)) {
    if (server === 'product' && !WITHOUT_FIXTURE.includes(scenario)) continue;
    const isScored = !rest.includes(` ${scenario} (`);
    const untried = bad > 0 ? bad - faults(out, scenario) : 0;
    const ok = mark === '✓' || (server === 'product' && untried === Number(bad));
    scored += ok && isScored;
    seen++;
    say(ok, `MCP ${server}, ${revision}, ${scenario}${isScored ? '' : ' (not scored)'}: `
      + `${passed} passed, ${bad - untried} failed${untried ? `, ${untried} need the fixture` : ''}`,
      EMPTY.includes(scenario) ? ' # SKIP the suite has no check for it yet' : '');
  }
  const enough = server === 'fixture' ? scored >= SCORED[revision] : seen >= 9;
  say(enough, `MCP ${server}, ${revision}: ${scored} scored scenarios pass`);
  if (failed) for (const line of `${stdout}\n${stderr}`.split('\n')) console.log('# ' + line);
}

for (const server of Object.keys(URLS))
  for (const revision of Object.keys(SCORED)) run(server, revision);
console.log(`1..${n}`);
process.exit(failed ? 1 : 0);
