/* SPDX-License-Identifier: MIT */
/*
 * mcp: the Model Context Protocol over a line stream (stdio, relayed through the local socket).
 *
 * JSON-RPC 2.0, one message a line. Both eras on one connection, decided for each message: a
 * request whose _meta names a protocol version is modern (2026-07-28, server/discover), any other
 * is of the era of `initialize` (2024-11-05 to 2025-11-25). Tools come from the operation table;
 * nothing here knows what trading is. Calls run side by side and are answered as they finish.
 */
#ifndef PORTCULLIS_FACE_MCP_H
#define PORTCULLIS_FACE_MCP_H

#include "ops/op.h"

struct mcp_conn;

/* A connection on behalf of `who` (copied). Never NULL. core and tasks must outlive it. */
struct mcp_conn *mcp_conn_new(struct core *core, struct tasks *tasks, const struct principal *who);
/* Cancels what is in progress; nothing is written any more. Accepts NULL. */
void mcp_conn_free(struct mcp_conn *c);

/* The array of tools/list for that principal, as JSON, appended to out. */
void mcp_tools_write(const struct core *core, const struct principal *who, struct buf *out);

/* Bytes from the client, cut anywhere. Complete lines are acted on at once. */
void mcp_conn_input(struct mcp_conn *c, struct str bytes, struct moment now);
/* Lines for the client; borrowed until the next call. mcp_conn_sent drops the first n bytes. */
struct str mcp_conn_output(const struct mcp_conn *c);
void mcp_conn_sent(struct mcp_conn *c, size_t n);
/* Calls in progress; after the client's end of input the connection ends when there are none. */
size_t mcp_conn_busy(const struct mcp_conn *c);
/* True once the client broke a bound (a line over LIMIT_JSON_BYTES, too much unread output). */
bool mcp_conn_failed(const struct mcp_conn *c);

#endif
