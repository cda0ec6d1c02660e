// SPDX-License-Identifier: MIT
// The official MCP clients of the era of `initialize`: SDK v1, and v2 as it behaves by default.

import { outside, run } from './harness.mjs';
import { newWorld, testClient, testStop } from './mcp_flow.mjs';

const v1 = {
  ...outside('@modelcontextprotocol/sdk/client/index.js'),
  ...outside('@modelcontextprotocol/sdk/client/stdio.js'),
  ...outside('@modelcontextprotocol/sdk/validation/ajv'),
};
const v2 = {
  ...outside('@modelcontextprotocol/client'),
  ...outside('@modelcontextprotocol/client/stdio'),
  ...outside('@modelcontextprotocol/client/validators/ajv'),
};

// The negotiated version is what the transport is told after `initialize`.
async function connectV1(server) {
  const client = new v1.Client({ name: 'interop-v1', version: '1' });
  const transport = new v1.StdioClientTransport(server);
  let version;
  transport.setProtocolVersion = (negotiated) => (version = negotiated);
  await client.connect(transport);
  return {
    client, version,
    call: (name, args, options) => client.callTool({ name, arguments: args }, undefined, options),
    close: () => client.close(),
  };
}

async function connectV2(server) {
  const client = new v2.Client({ name: 'interop-v2', version: '1' });
  await client.connect(new v2.StdioClientTransport(server));
  return {
    client, version: client.getNegotiatedProtocolVersion(),
    call: (name, args, options) => client.callTool({ name, arguments: args }, options),
    close: () => client.close(),
  };
}

for (const [label, sdk, connect] of [['SDK v1', v1, connectV1], ['SDK v2, legacy', v2, connectV2]]) {
  const ajv = new sdk.AjvJsonSchemaValidator();
  testClient({
    label, connect,
    protocol: '2025-11-25',
    validator: (schema) => ajv.getValidator(schema),
    refusesUnknownTool: (error) => error.code === -32602,
  });
}
testStop();
await run(newWorld());
