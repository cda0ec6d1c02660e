// SPDX-License-Identifier: MIT
// tokens.mjs ROW FILE: what a list of tools costs a model, in tokens of o200k_base: ROW.tokens for
// names, descriptions and input schemas, and ROW.tools, how many they are. FILE holds the answers
// of tools/list, one a line.

import { readFileSync } from 'node:fs';
import { encode } from 'gpt-tokenizer/encoding/o200k_base';

const [row, file] = process.argv.slice(2);
const tools = readFileSync(file, 'utf8').trim().split('\n')
  .flatMap((line) => JSON.parse(line).result.tools);
const tokens = tools.reduce((n, { name, description, inputSchema }) =>
  n + encode(JSON.stringify({ name, description, inputSchema })).length, 0);
console.log(`${row}.tokens\t${tokens}\n${row}.tools\t${tools.length}`);
