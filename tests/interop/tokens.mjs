// SPDX-License-Identifier: MIT
// What the list of tools costs a model, in tokens of o200k_base: names, descriptions and input
// schemas of the read profile and of the trade profile, and twice that for the whole of each.

import { readFileSync } from 'node:fs';
import { outside, run, test } from './harness.mjs';

const { encode } = outside('gpt-tokenizer/encoding/o200k_base');
const BUDGETS = { read: 6000, trade: 9000 };

// a unit test holds this file against the product
const tools = JSON.parse(readFileSync(new URL('../golden/tools.json', import.meta.url)));
const cost = (value) => encode(JSON.stringify(value)).length;
// the kill switch only makes things safer, so who may read has it too
const isRead = (t) => t.annotations.readOnlyHint || t.name === 'engage_kill_switch';
const profiles = { read: tools.filter(isRead), trade: tools };

for (const [profile, list] of Object.entries(profiles)) {
  const head = list.reduce((n, { name, description, inputSchema }) =>
    n + cost({ name, description, inputSchema }), 0);
  const whole = head + list.reduce((n, { outputSchema }) => n + cost(outputSchema), 0);
  const budget = BUDGETS[profile];
  test(`${profile} profile: ${list.length} tools, ${head} tokens of ${budget}`, () => {
    if (head >= budget) throw new Error('over the budget');
  });
  test(`${profile} profile with output schemas: ${whole} tokens of ${2 * budget}`, () => {
    if (whole >= 2 * budget) throw new Error('over the budget');
  });
}
await run();
