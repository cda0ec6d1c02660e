// SPDX-License-Identifier: MIT
// v2.mjs DIR [PORT]: recorded answers through the TypeScript SDK, version 2, over stdio or HTTP.

import { createServer } from 'node:http';
import { NodeStreamableHTTPServerTransport } from '@modelcontextprotocol/node';
import { Server } from '@modelcontextprotocol/server';
import { StdioServerTransport } from '@modelcontextprotocol/server/stdio';
import { answers } from './answers.mjs';

const { tools, results } = answers(process.argv[2]);

function newServer() {
  const server = new Server({ name: 'recorded', version: '1' }, { capabilities: { tools: {} } });
  server.setRequestHandler('tools/list', () => ({ tools }));
  server.setRequestHandler('tools/call', ({ params }) => results.get(params.name));
  return server;
}

if (process.argv[3]) {
  createServer(async (request, response) => {
    const transport = new NodeStreamableHTTPServerTransport({
      sessionIdGenerator: undefined, enableJsonResponse: true,
    });
    await newServer().connect(transport);
    await transport.handleRequest(request, response);
  }).listen(Number(process.argv[3]), '127.0.0.1');
} else {
  await newServer().connect(new StdioServerTransport());
}
