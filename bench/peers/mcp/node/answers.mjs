// SPDX-License-Identifier: MIT
// The answers that were recorded from the product: DIR/NAME.json for each tool of DIR/tools.json.

import { readFileSync } from 'node:fs';

export function answers(dir) {
  const { tools } = JSON.parse(readFileSync(`${dir}/tools.json`, 'utf8'));
  const results = new Map(tools.map(({ name }) => {
    const text = readFileSync(`${dir}/${name}.json`, 'utf8');
    return [name, {
      content: [{ type: 'text', text }], structuredContent: JSON.parse(text), isError: false,
    }];
  }));
  return { tools, results };
}
