/* SPDX-License-Identifier: MIT */
/*
 * server: the Model Context Protocol as a library; what one program offers, and its calls.
 *
 * A program describes itself once (struct mcp_server) and answers requests on tasks of their own;
 * it never sees a message, an era or a transport. Two eras are spoken side by side, decided for
 * each message: a request whose _meta names a protocol version is modern (2026-07-28: no state, no
 * request of the server's own), any other is of the era of `initialize` (2024-11-05 to 2025-11-25).
 * Transports: lines (mcp/line.h: stdio, Unix socket) and Streamable HTTP (mcp/http.h).
 *
 * Nothing here knows what the program is about, and nothing reads a clock or a socket.
 * Facts of the protocol: the specification revisions named above.
 */
#ifndef PORTCULLIS_MCP_SERVER_H
#define PORTCULLIS_MCP_SERVER_H

#include "base/task.h"
#include "data/json.h"

struct mcp_hub;     /* a server and everybody connected to it */
struct mcp_client;  /* one connection or session; a modern HTTP request is one of its own */
struct mcp_request; /* one call in progress */

enum {
    MCP_CALLS_MAX = 64,          /* of one client in progress */
    MCP_INSTRUCTIONS_MAX = 2048, /* clients cut off the rest */
    MCP_SUBSCRIPTIONS_MAX = 64,  /* resources that one client follows */
    MCP_LISTENERS_MAX = 16,      /* subscriptions/listen of one client at a time */
    MCP_CLIENTS_MAX = 512,
    MCP_PAGE_MAX = 100, /* items of one page of a list */
    MCP_COMPLETIONS_MAX = 100,
    MCP_TASKS_MAX =
        64, /* calls of all clients that became tasks, those kept for their answer too */
    MCP_HEADERS_MAX = 8, /* arguments of one tool that headers repeat */
};

enum {
    RPC_PARSE = -32700,
    RPC_REQUEST = -32600,
    RPC_METHOD = -32601,
    RPC_PARAMS = -32602,
    RPC_INTERNAL = -32603,
    RPC_HEADER = -32020,
    RPC_CAPABILITY = -32021,
    RPC_VERSION = -32022,
    RPC_NO_RESOURCE = -32002 /* of the era of initialize alone; RPC_PARAMS in the modern one */
};

/* ---- what is offered ---- */

enum mcp_level {
    MCP_DEBUG,
    MCP_INFO,
    MCP_NOTICE,
    MCP_WARNING,
    MCP_ERROR,
    MCP_CRITICAL,
    MCP_ALERT,
    MCP_EMERGENCY,
    MCP_LEVEL_COUNT
};
enum mcp_list { MCP_TOOLS, MCP_PROMPTS, MCP_RESOURCES, MCP_TEMPLATES, MCP_LIST_COUNT };
enum mcp_method { MCP_CALL, MCP_PROMPT, MCP_READ, MCP_COMPLETE };

/* An argument of a tool that the header Mcp-Param-NAME repeats ("x-mcp-header" in its schema). */
struct mcp_header {
    const char *argument, *name;
};

struct mcp_server {
    const char *name, *title, *version;
    unsigned lists;           /* 1 << enum mcp_list: which exist */
    unsigned changing;        /* ... and which of them tell when they change */
    bool can_subscribe;       /* resources tell when they change */
    bool can_complete;        /* arguments of prompts and templates */
    bool can_log;             /* in the era of initialize; in the modern one each request says */
    enum mcp_level log_level; /* of which a client of the former hears until it says its own */
    const char *extensions;   /* JSON object of extensions, NULL: none */
    int64_t list_ttl_ms, read_ttl_ms; /* how long answers may be kept */
    bool is_same_for_all;             /* lists do not depend on who asks */
    int64_t call_timeout_ms;
    int64_t task_timeout_ms; /* how long a call that became a task may run; 0: none can */

    /* Instructions for models, at most MCP_INSTRUCTIONS_MAX - 1 bytes. */
    void (*instructions)(void *self, struct buf *out);
    /* Writes items of a list from number `from` on, at most MCP_PAGE_MAX. Returns the number where
     * the next page begins, 0 if there is none. Deterministic. */
    size_t (*list)(void *self, struct mcp_client *c, enum mcp_list list, size_t from,
                   struct json_writer *w);
    /*
     * A request has come: params are {name, arguments}, {name, arguments}, {uri} and {ref,
     * argument} by method, and valid during this call only. What is needed of them is copied to the
     * arena, which is that of the request. Returned is what `run` is given. It may refuse at once
     * by mcp_fail (an unknown name, say); then `run` is not called.
     */
    void *(*prepare)(void *self, struct mcp_request *r, const struct json *params,
                     struct arena *arena);
    /* Runs on a task, may suspend; answers by mcp_result_begin and _end, mcp_fail or mcp_ask. */
    void (*run)(void *self, struct mcp_request *r, struct task *t, void *prepared);
    /* Which extensions of its own a client has, as bits that mean something to the program alone,
     * by the member `extensions` of its capabilities (or NULL). NULL: there are none to know. */
    unsigned (*extensions_of)(void *self, const struct json *declared);
    /* A client goes: `user` of mcp_client_user is given back. NULL: there is nothing to do. */
    void (*forget)(void *self, void *user);
    /* Who asks: to this name the states that a client carries are bound. NULL: all are one. */
    struct str (*who)(void *self, const struct mcp_client *c);
    /* Why a user may be told no more, in a few words; NULL: it may. Asked every MCP_LOOK_MS about
     * whoever listens over HTTP, whose stream ends then. NULL: nobody's rights end. */
    const char *(*over)(void *self, const void *user, struct moment now);
    /* Who made a session comes to it again, perhaps with other rights: `user` is given back after
     * this, the client's own stays. NULL: rights never change. */
    void (*renew)(void *self, struct mcp_client *c, const void *user);
    /* A client has said its name for the first time; it proves nothing. NULL: nobody minds. */
    void (*named)(void *self, struct mcp_client *c, struct str name);
    /* A client begins to follow a resource (false: it cannot, or may not), or has ceased to; told
     * once, however often it asked. Not to be answered from inside by mcp_resource_changed. NULL:
     * everything can be followed, and nobody minds. */
    bool (*watch)(void *self, struct mcp_client *c, struct str uri, bool is_followed);
    /* Which arguments of that tool are repeated in headers, at most MCP_HEADERS_MAX. NULL: none of
     * any tool. */
    size_t (*headers)(void *self, struct str tool, struct mcp_header *out);
    void *self;
};

/* ---- the hub ---- */

/* `secret`: 32 unpredictable bytes, that seal what clients carry for us. Never NULL. */
enum { MCP_SECRET_BYTES = 32 };
struct mcp_hub *mcp_hub_new(const struct mcp_server *server, struct tasks *tasks,
                            const unsigned char secret[MCP_SECRET_BYTES]);
/* Ends all subscriptions in good order, before the connections are closed. */
void mcp_hub_end(struct mcp_hub *h);
/* All clients are gone by then. Accepts NULL. */
void mcp_hub_free(struct mcp_hub *h);
/* Makes tasks of calls that take long (mcp_task_after); returns when it is next needed. */
struct instant mcp_hub_step(struct mcp_hub *h, struct moment now);
/* Tells everybody who listens that a list has changed. */
void mcp_list_changed(struct mcp_hub *h, enum mcp_list list);
/* Tells who follows it that a resource has changed: all, or that client alone. */
void mcp_resource_changed(struct mcp_hub *h, struct str uri);
void mcp_resource_changed_for(struct mcp_client *c, struct str uri);
/* A line of the log that belongs to no request, for clients of the era of initialize. */
void mcp_log_all(struct mcp_hub *h, enum mcp_level level, const char *logger, struct str text);
bool mcp_is_followed(const struct mcp_hub *h, struct str uri);

/* ---- a client ---- */
void *mcp_client_user(const struct mcp_client *c);
struct mcp_hub *mcp_client_hub(const struct mcp_client *c);
/* Its extensions, by `extensions_of`; for `list`: as the request in hand declares them. */
unsigned mcp_client_extensions(const struct mcp_client *c);

/* ---- a request, for `prepare` and `run` ---- */
enum mcp_method mcp_method(const struct mcp_request *r);
struct mcp_client *mcp_client(const struct mcp_request *r);
/* Nobody waits for the answer any more; what is written is dropped. */
bool mcp_is_cancelled(const struct mcp_request *r);
bool mcp_is_modern(const struct mcp_request *r);
unsigned mcp_extensions(const struct mcp_request *r);

/* A member for the _meta of the result, before _begin: what no model is to read. `key` is static,
 * `json` lasts as long as the request. */
void mcp_result_meta(struct mcp_request *r, const char *key, struct str json);
/* Opens the result; the members of the method's result follow. Nothing may suspend before _end. */
void mcp_result_begin(struct mcp_request *r, struct json_writer *w);
void mcp_result_end(struct mcp_request *r, struct json_writer *w);
/* How long a resource that was read may be kept, as a member of its result. */
void mcp_caching(const struct mcp_request *r, struct json_writer *w);
/* A JSON-RPC error instead; `data` is JSON text or STR_NONE. */
void mcp_fail(struct mcp_request *r, int code, struct str text, struct str data);
/*
 * What follows by mcp_fail refuses for want of a right: over HTTP it goes out as 403 with that
 * challenge (WWW-Authenticate), unless something of the answer has gone out before; on lines there
 * is nothing of it. `challenge` lasts as long as the request.
 */
void mcp_forbid(struct mcp_request *r, struct str challenge);
/* There is no such resource: the error of the request's era. */
void mcp_no_resource(struct mcp_request *r, struct str uri);

/* How far it is; `total` < 0: unknown. Told only to who asked for it, and only if it grows. */
void mcp_progress(struct mcp_request *r, int64_t done, int64_t total, const char *text);
/* Whether a line of that level would reach anybody; for text that is dear to make. */
bool mcp_logs(const struct mcp_request *r, enum mcp_level level);
void mcp_log(struct mcp_request *r, enum mcp_level level, const char *logger, struct str text);

/* ---- long work ---- */
/*
 * A call that takes long can become a task (extension io.modelcontextprotocol/tasks): the client
 * has the task's id for an answer, and asks for how it goes, answers its questions, or cancels it.
 * For the handler nothing changes: it answers as it would have. Only who declares the extension
 * with the request is given tasks, only in the modern era; a task belongs to who made it
 * (`who` of the server), and does not outlive the program.
 */
bool mcp_can_task(const struct mcp_request *r);
/* Makes a task of the call now. False: it goes on as it is. */
bool mcp_task_begin(struct mcp_request *r);
/* Makes one of it if it is not answered within ms. */
void mcp_task_after(struct mcp_request *r, int64_t ms);
/* JSON text of the capabilities that a client would have to declare. */
extern const char mcp_task_needs[];
/*
 * Lets go of the reader of an answer that will take long, who is to ask again after retry_ms (HTTP
 * in the era of initialize; elsewhere nothing happens). The answer is kept for it.
 */
void mcp_hang_up(struct mcp_request *r, int64_t retry_ms);

/* ---- asking back ---- */

enum mcp_ask_kind { MCP_ELICIT, MCP_ELICIT_URL, MCP_SAMPLE, MCP_ROOTS };
struct mcp_question {
    const char *key; /* of its answer */
    enum mcp_ask_kind kind;
    struct str params; /* of elicitation/create, sampling/createMessage or roots/list: JSON */
    const struct json *answer; /* set by mcp_ask, in the request's arena; NULL: none came */
};
/* Whether the client of this request can be asked in that way. */
bool mcp_can_ask(const struct mcp_request *r, enum mcp_ask_kind kind);
/* JSON text of the capabilities that it would have to declare. */
const char *mcp_ask_needs(enum mcp_ask_kind kind);
enum mcp_asked {
    MCP_ANSWERED, /* each question has its answer */
    MCP_PENDING, /* the questions are on their way: return; the call comes again with the answers */
    MCP_UNHEARD  /* the client cannot be asked, or is gone; or it answered with an error */
};
/*
 * Asks the client. In the era of initialize this suspends until it has answered; in the modern era
 * the request ends with the questions (MCP_PENDING), and when it is made again with the answers,
 * this gives them. So everything before it is done twice, and must be harmless. `state` is carried
 * by the client, sealed for this call with these arguments, and comes back by mcp_state.
 */
enum mcp_asked mcp_ask(struct mcp_request *r, struct task *t, struct mcp_question *q, size_t n,
                       struct str state);
/* What a question of MCP_ELICIT_URL led to is done: for the client that was asked, in the era that
 * tells it. `id` is the elicitationId of the question. */
void mcp_elicited(struct mcp_request *r, struct str id);
/* What was given to mcp_ask the last time, STR_NONE if this is the first. */
struct str mcp_state(const struct mcp_request *r);
/* An answer that came with this request under that key; NULL if none. In the modern era alone. */
const struct json *mcp_response(const struct mcp_request *r, const char *key);

#endif
