/* SPDX-License-Identifier: MIT */
/*
 * mcp_inside: the parts of an MCP connection, shared by the mcp*.c files alone.
 *
 * mcp.c moves lines and owns the connection, mcp_dispatch.c understands messages, mcp_tools.c
 * lists and calls tools.
 */
#ifndef PORTCULLIS_FACE_MCP_INSIDE_H
#define PORTCULLIS_FACE_MCP_INSIDE_H

#include "data/json.h"
#include "face/mcp.h"

enum {
    /* Calls of one connection in progress; what follows waits in the input, in its order. */
    MCP_CALLS_MAX = 64,
    MCP_CALL_TIMEOUT_MS = 60 * 1000,
    MCP_INSTRUCTIONS_MAX = 2048, /* clients cut off the rest */
};

enum {
    RPC_PARSE = -32700,
    RPC_REQUEST = -32600,
    RPC_METHOD = -32601,
    RPC_PARAMS = -32602,
    RPC_VERSION = -32022
};

/* What an answer needs to know about its request. */
struct mcp_head {
    struct json id; /* string or number; JSON_NULL where it is unknown */
    bool is_modern; /* 2026-07-28 and later: each request carries its own version */
};

struct mcp_call;

struct mcp_conn {
    struct core *core;
    struct tasks *tasks;
    struct principal who;
    struct buf in;       /* lines that cannot be handled yet, and the beginning of one */
    struct buf out;      /* lines for the client */
    struct buf tools;    /* the array of tools/list, made when first asked for */
    struct buf scratch;  /* the JSON of one answer, and the same as a JSON string */
    struct arena *arena; /* of the message at hand */
    struct mcp_call *calls;
    size_t call_count;
    bool is_named;  /* the client has said its name */
    bool is_closed; /* freed by its owner; lives on until its calls have ended */
    bool is_failed;
};

/* ---- mcp.c ---- */
/* After a call has ended: handles lines that waited for room, or frees a closed connection. */
void mcp_conn_call_ended(struct mcp_conn *c, struct moment now);

/* ---- mcp_dispatch.c ---- */
/* Acts on one line, without its newline. */
void mcp_message(struct mcp_conn *c, struct str line, struct moment now);
/* Opens {"jsonrpc","id","result":{ with what every result has; more members may follow. */
void mcp_result_begin(struct mcp_conn *c, const struct mcp_head *head, struct json_writer *w);
void mcp_result_end(struct mcp_conn *c, struct json_writer *w);
/* A JSON-RPC error. */
void mcp_error(struct mcp_conn *c, const struct mcp_head *head, int code, const char *text);

/* ---- mcp_tools.c ---- */
void mcp_tools_list(struct mcp_conn *c, const struct mcp_head *head);
/* Starts a call on a task of its own; `params` is valid until this returns. */
void mcp_tools_call(struct mcp_conn *c, const struct mcp_head *head, const struct json *params,
                    struct moment now);
/* Stops the call with that id, if it is in progress; nothing is answered then. */
void mcp_tools_cancel(struct mcp_conn *c, const struct json *id);
/* Detaches and stops all calls. */
void mcp_tools_cancel_all(struct mcp_conn *c);

#endif
