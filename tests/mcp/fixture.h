/* SPDX-License-Identifier: MIT */
/*
 * fixture: a server of mcp/ whose tools, resources and prompts are those that the conformance
 * suite of the protocol asks for. It is about nothing; the product has none of it.
 */
#ifndef PORTCULLIS_TESTS_MCP_FIXTURE_H
#define PORTCULLIS_TESTS_MCP_FIXTURE_H

#include "mcp/server.h"

extern struct mcp_server fixture_server;

#endif
