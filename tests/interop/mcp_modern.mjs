// SPDX-License-Identifier: MIT
// The official MCP client of the era of `server/discover`, pinned to 2026-07-28 and negotiating.

import { outside, run } from './harness.mjs';
import { newWorld, testClient, testStop } from './mcp_flow.mjs';

const { AjvJsonSchemaValidator } = outside('@modelcontextprotocol/client/validators/ajv');
const { Client } = outside('@modelcontextprotocol/client');
const { StdioClientTransport } = outside('@modelcontextprotocol/client/stdio');

const PROTOCOL = '2026-07-28';
const ajv = new AjvJsonSchemaValidator();

for (const [label, mode] of [['SDK v2, pinned', { pin: PROTOCOL }], ['SDK v2, auto', 'auto']])
  testClient({
    label,
    protocol: PROTOCOL,
    validator: (schema) => ajv.getValidator(schema),
    refusesUnknownTool: (error) => error.code === -32602,
    async connect(server) {
      const client = new Client({ name: 'interop-v2', version: '1' },
        { versionNegotiation: { mode } });
      await client.connect(new StdioClientTransport(server));
      return {
        client, version: client.getNegotiatedProtocolVersion(),
        call: (name, args, options) => client.callTool({ name, arguments: args }, options),
        close: () => client.close(),
      };
    },
  });
testStop();
await run(newWorld());
