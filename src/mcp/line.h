/* SPDX-License-Identifier: MIT */
/*
 * line: the protocol over a stream of lines (stdio, or a Unix socket), one message a line.
 *
 * Calls run side by side and are answered as they finish. When MCP_CALLS_MAX of them are in
 * progress, further lines wait in the input, in their order.
 */
#ifndef PORTCULLIS_MCP_LINE_H
#define PORTCULLIS_MCP_LINE_H

#include "mcp/server.h"

struct mcp_line;

/* A connection; `user` is what mcp_client_user gives, and is given back by `forget`. Never NULL. */
struct mcp_line *mcp_line_new(struct mcp_hub *h, void *user);
/* Cancels what is in progress; nothing is written any more. Accepts NULL. */
void mcp_line_free(struct mcp_line *l);
/* Bytes from the client, cut anywhere. Complete lines are acted on at once. */
void mcp_line_input(struct mcp_line *l, struct str bytes, struct moment now);
/* Lines for the client; borrowed until the next call. mcp_line_sent drops the first n bytes. */
struct str mcp_line_output(const struct mcp_line *l);
void mcp_line_sent(struct mcp_line *l, size_t n);
/* Calls in progress; after the client's end of input the connection ends when there are none. */
size_t mcp_line_busy(const struct mcp_line *l);
/* True once the client broke a bound (a line over LIMIT_JSON_BYTES, too much unread output). */
bool mcp_line_failed(const struct mcp_line *l);

#endif
