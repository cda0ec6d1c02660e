/* SPDX-License-Identifier: MIT */
/*
 * mcp: the operation table as a server of the Model Context Protocol (mcp/server.h).
 *
 * Each operation that is shown to who asks is a tool (mcp_tools.c). An answer goes out twice, as
 * structured content for programs and as the same JSON in a text for models; an error is text
 * alone. Resources are operations with arguments (ops/resources.h, mcp_resources.c) and can be
 * followed (mcp_follow.c); prompts word whole pieces of work (ops/prompts.h, mcp_prompts.c).
 * Nothing here knows what trading is. A call that is cancelled runs on until its handler notices,
 * because an order that is on its way cannot be called back; only its answer is dropped.
 */
#ifndef PORTCULLIS_FACE_MCP_H
#define PORTCULLIS_FACE_MCP_H

#include "face/access.h"
#include "mcp/http.h"
#include "mcp/line.h"
#include "model/event.h"
#include "ops/op.h"

struct mcp_face;

/* core and tasks must outlive it. Never NULL. */
struct mcp_face *mcp_face_new(struct core *core, struct tasks *tasks, struct mcp_entropy entropy);
/* Ends subscriptions and sessions in good order; before the tasks end. */
void mcp_face_end(struct mcp_face *f);
/* All connections are freed and all tasks have ended by then. Accepts NULL. */
void mcp_face_free(struct mcp_face *f);

/* A connection of lines on behalf of `who` (copied). Never NULL. */
struct mcp_line *mcp_face_connect(struct mcp_face *f, const struct principal *who);
/* A request to the path of the protocol, by mcp/http.h; who asks is known already (copied), and its
 * streams end with what it came with. */
struct mcp_exchange *mcp_face_request(struct mcp_face *f, const struct http_request *r,
                                      const struct visitor *visitor, struct moment now,
                                      struct http_sink sink);
/* Once a turn; returns when it is next needed. */
struct instant mcp_face_step(struct mcp_face *f, struct moment now);

/* The last station of an event of the session: who follows what it concerns is told. */
void mcp_face_on_event(struct mcp_face *f, const struct event *ev);
/* Something that all assistants should hear of, by their logs. */
void mcp_face_tell(struct mcp_face *f, enum mcp_level level, const char *logger, struct str text);

/* The array of tools/list for that principal, as JSON, appended to out. */
void mcp_tools_write(const struct core *core, const struct principal *who, struct buf *out);

#endif
