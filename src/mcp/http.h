/* SPDX-License-Identifier: MIT */
/*
 * http: the protocol as Streamable HTTP on one path, both eras at once.
 *
 * A modern request (its _meta or its MCP-Protocol-Version header says so) stands alone: POST, its
 * headers must repeat what its body says, the answer is JSON, or an event stream as soon as
 * anything precedes it; a reader who goes away cancels it. In the era of initialize there are
 * sessions: `initialize` makes one, GET opens its stream for what belongs to no request, DELETE
 * ends it, and a stream that broke is taken up again by Last-Event-ID.
 *
 * Requests come in as values and answers go out through a sink, so this knows no socket. Who may
 * ask (Host, Origin, tokens) has been checked before.
 */
#ifndef PORTCULLIS_MCP_HTTP_H
#define PORTCULLIS_MCP_HTTP_H

#include "data/http.h"
#include "mcp/server.h"

struct mcp_http;
struct mcp_exchange; /* a request whose answer is not complete */

enum {
    MCP_SESSIONS_MAX = 128,
    MCP_SESSION_IDLE_S = 60 * 60,
    MCP_KEEP_ALIVE_S = 15,
    MCP_LOOK_MS = 1000
};

struct mcp_entropy {
    void (*fill)(void *self, void *out, size_t n); /* unpredictable bytes */
    void *self;
};
/* Never NULL. */
struct mcp_http *mcp_http_new(struct mcp_hub *h, struct mcp_entropy entropy);
/* Ends all sessions and what is open. Accepts NULL. */
void mcp_http_free(struct mcp_http *s);

/*
 * Answers r (borrowed for this call) through `sink`, in this call (then NULL is returned) or later.
 * `user` is who asks: given back by the server's `forget`, and compared by `who` with the one who
 * made the session.
 */
struct mcp_exchange *mcp_http_start(struct mcp_http *s, const struct http_request *r, void *user,
                                    struct moment now, struct http_sink sink);
/* The reader has gone; the sink is not used any more. */
void mcp_http_abandon(struct mcp_exchange *x);
/* Ends idle sessions and the streams of who may be told no more, keeps quiet ones alive; returns
 * when it is next needed. A session outlives its streams: who comes with new rights finds it. */
struct instant mcp_http_step(struct mcp_http *s, struct moment now);

#endif
