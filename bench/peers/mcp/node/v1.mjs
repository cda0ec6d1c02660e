// SPDX-License-Identifier: MIT
// v1.mjs DIR [PORT]: recorded answers through the TypeScript SDK, version 1, over stdio or HTTP.

import { createServer } from 'node:http';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { answers } from './answers.mjs';

const { tools, results } = answers(process.argv[2]);

function newServer() {
  const server = new Server({ name: 'recorded', version: '1' }, { capabilities: { tools: {} } });
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools }));
  server.setRequestHandler(CallToolRequestSchema, ({ params }) => results.get(params.name));
  return server;
}

if (process.argv[3]) {
  createServer(async (request, response) => {
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: undefined, enableJsonResponse: true,
    });
    await newServer().connect(transport);
    await transport.handleRequest(request, response);
  }).listen(Number(process.argv[3]), '127.0.0.1');
} else {
  await newServer().connect(new StdioServerTransport());
}
