/* SPDX-License-Identifier: MIT */
/*
 * inside: what the files of mcp/ share. message.c understands messages, dispatch.c knows the
 * methods, welcome.c says what there is, request.c answers, ask.c asks back, tasks.c keeps what
 * takes long, listen.c tells of changes, hub.c holds it together; line.c and http.c carry.
 */
#ifndef PORTCULLIS_MCP_INSIDE_H
#define PORTCULLIS_MCP_INSIDE_H

#include "data/hash.h"
#include "mcp/server.h"

#define META_PREFIX       "io.modelcontextprotocol/"
#define META_VERSION      META_PREFIX "protocolVersion"
#define META_CAPABILITIES META_PREFIX "clientCapabilities"
#define META_CLIENT       META_PREFIX "clientInfo"
#define META_SERVER       META_PREFIX "serverInfo"
#define META_LEVEL        META_PREFIX "logLevel"
#define META_SUBSCRIPTION META_PREFIX "subscriptionId"
#define EXTENSION_TASKS   META_PREFIX "tasks"
#define MODERN_VERSION    "2026-07-28"

/* ---- message.c ---- */

/* What an answer needs to know about its request. */
struct mcp_head {
    struct json id; /* string or number; JSON_NULL where it is unknown */
    bool is_modern;
};

enum mcp_message_kind { MCP_BROKEN, MCP_ASKS, MCP_TELLS, MCP_ANSWERS };

struct mcp_message {
    enum mcp_message_kind kind;
    struct mcp_head head;
    struct str method;         /* MCP_ASKS, MCP_TELLS */
    const struct json *params; /* or NULL */
    const struct json *meta;   /* params._meta, or NULL */
    const struct json *root;   /* for MCP_ANSWERS */
    int code;                  /* MCP_BROKEN: the error */
    char text[ERROR_TEXT_MAX];
};
/* Understands one message; the tree lies in the arena. */
void message_read(struct mcp_message *m, struct str text, struct arena *arena);
/* The newest version of the era of initialize, or the one that is asked for if it is spoken. */
const char *message_legacy_version(struct str asked);
bool message_is_legacy_version(struct str version);

/* ---- carrying ---- */

enum mcp_frame { FRAME_NOTICE, FRAME_ASK, FRAME_RESULT, FRAME_ERROR };

/* Where messages about one request, or of nobody's request, go. */
struct mcp_outlet {
    /* Where the next message is written; NULL: nobody takes it. `code` is that of an error. */
    struct buf *(*begin)(struct mcp_outlet *o, enum mcp_frame frame, int code);
    /* It is written. */
    void (*end)(struct mcp_outlet *o, enum mcp_frame frame);
    /* The request is over; the outlet is not used for it again. NULL: nobody minds. */
    void (*over)(struct mcp_outlet *o);
    /* The reader is let go and asks again after retry_ms. NULL: that cannot be done here. */
    void (*hang_up)(struct mcp_outlet *o, int64_t retry_ms);
    /* The error that comes next is a refusal, with that challenge. NULL: nobody minds. */
    void (*forbid)(struct mcp_outlet *o, struct str challenge);
};

/* ---- the client ---- */

struct mcp_abilities {
    bool elicit, elicit_url, sample, roots, tasks;
    unsigned extensions;         /* by the server's extensions_of */
    const struct json *declared; /* modern: valid while the message is; else NULL */
};
void abilities_read(struct mcp_abilities *a, const struct mcp_server *s,
                    const struct json *capabilities);

struct mcp_waiting; /* a question on its way, in ask.c */
struct mcp_later;   /* a call that became a task, in tasks.c */

struct mcp_client {
    struct mcp_hub *hub;
    struct mcp_client *next, **link;
    void *user;
    struct mcp_outlet *outlet; /* for what belongs to no request; NULL: there is none */
    struct mcp_request *requests;
    size_t call_count, listen_count;
    struct mcp_waiting *waiting;
    struct mcp_abilities abilities; /* as of initialize */
    unsigned extensions;            /* as of the request that is being acted upon */
    enum mcp_level level;           /* of logging/setLevel */
    struct buf follows;             /* URIs of resources/subscribe, each with a NUL behind it */
    bool is_named, is_initialized, is_closed;
    void (*free)(struct mcp_client *c); /* by its transport, once it is closed and idle */
    /* A call has ended; for what waits for room. NULL: nothing does. */
    void (*idle)(struct mcp_client *c, struct moment now);
};
void client_init(struct mcp_client *c, struct mcp_hub *h, void *user, struct mcp_outlet *outlet);
/* Cancels its requests; it is freed, by c->free, when none is left. */
void client_close(struct mcp_client *c);
/* Frees a client that is closed and has no request left. */
void client_release(struct mcp_client *c);

struct mcp_hub {
    const struct mcp_server *server;
    struct tasks *tasks;
    char secret[MCP_SECRET_BYTES];
    struct mcp_client *clients;
    size_t client_count;
    int64_t asked; /* questions and tasks so far: their ids */
    struct mcp_later *laters;
    size_t hurried; /* requests that become tasks at some time */
    struct buf scratch;
};

/* ---- requests ---- */

struct mcp_request {
    struct mcp_client *client;
    struct mcp_request *next, **link;
    struct mcp_outlet *outlet; /* NULL: nobody listens any more */
    struct task *task;         /* NULL for a listener */
    struct arena *arena;       /* of the task */
    struct mcp_head head;
    enum mcp_method method;
    void *prepared;
    struct mcp_abilities abilities;
    const char *meta_key; /* of a member of the result's _meta, NULL: none */
    struct str meta;
    struct json progress_token; /* JSON_NULL: none */
    int64_t progress;
    int level; /* of the log that the request wants, -1: none */
    const struct json *responses;
    struct str state;
    struct sha256 call; /* digest of what is asked, to which a state is sealed */
    bool is_answered, is_cancelled;
    struct mcp_later *later;  /* it is a task */
    struct instant task_from; /* it becomes one, INSTANT_NEVER: not by itself */
    /* subscriptions/listen */
    unsigned wants_lists;
    struct buf uris, task_ids, id_text;
};

/* ---- dispatch.c ---- */
/* Acts on a message; what is answered goes to the outlet. True if a call or a listener has begun,
 * which will say over(). */
bool mcp_dispatch(struct mcp_client *c, struct mcp_outlet *o, const struct mcp_message *m,
                  struct moment now);
/* For http.c, which has more to check in between. False: refused. */
bool dispatch_check_meta(struct mcp_outlet *o, const struct mcp_message *m);
bool dispatch_check_version(struct mcp_outlet *o, const struct mcp_message *m);
/* Whether the method exists in that era and is offered. */
bool dispatch_knows(const struct mcp_server *s, struct str method, bool is_modern);

/* ---- welcome.c ---- */
void welcome_initialize(struct mcp_client *c, struct mcp_outlet *o, const struct mcp_message *m);
void welcome_discover(struct mcp_client *c, struct mcp_outlet *o, const struct mcp_message *m);
/* Tells who minds what the client calls itself, the first time that it does. */
void welcome_name(struct mcp_client *c, const struct json *client_info);

/* ---- request.c ---- */
/* Opens {"jsonrpc","id","result":{ with what every result has. False: nobody takes it. */
struct buf *reply_begin(const struct mcp_server *s, struct mcp_outlet *o,
                        const struct mcp_head *head, struct json_writer *w);
void reply_end(struct mcp_outlet *o, struct buf *b, struct json_writer *w);
void reply_error(struct mcp_outlet *o, const struct mcp_head *head, int code, struct str text,
                 struct str data);
void write_server(const struct mcp_server *s, struct json_writer *w);
/* What the modern era wants to know of what may be kept. */
void write_caching(const struct mcp_server *s, const struct mcp_head *head, int64_t ttl_ms,
                   struct json_writer *w);
/* A notification's beginning: {"jsonrpc","method","params":{ */
void notice_begin(struct json_writer *w, struct buf *b, const char *method);
void notice_end(struct json_writer *w);
struct mcp_request *mcp_request_new(struct mcp_client *c, struct mcp_outlet *o,
                                    const struct mcp_message *m);
void mcp_request_free(struct mcp_request *r);
/* As mcp_result_begin with a resultType, in a place that is found already. */
void mcp_request_open_result(struct mcp_request *r, const char *type, struct json_writer *w,
                             struct buf *b);
bool mcp_request_start(struct mcp_client *c, struct mcp_outlet *o, const struct mcp_message *m,
                       enum mcp_method method, struct moment now);
void mcp_request_cancel(struct mcp_request *r);
int level_parse(struct str text); /* -1: there is no such level */
void write_log(struct mcp_outlet *o, enum mcp_level level, const char *logger, struct str text);

/* ---- ask.c ---- */
/* An answer of the client to a question of ours. */
void ask_answered(struct mcp_client *c, const struct json *root);
/* Opens r->responses and r->state by what the request carries. False: refused, r is answered. */
bool ask_take(struct mcp_request *r, const struct mcp_message *m, struct moment now);

/* The questions of a request that wait for their answers, as members of an open object (or NULL);
 * how many. */
size_t ask_write_open(const struct mcp_request *r, struct json_writer *w);
/* An answer to one of them; what does not fit any is passed over. */
void ask_answer(struct mcp_request *r, struct str key, const struct json *answer);

/* ---- tasks.c ---- */
void tasks_get(struct mcp_client *c, struct mcp_outlet *o, const struct mcp_message *m);
void tasks_update(struct mcp_client *c, struct mcp_outlet *o, const struct mcp_message *m);
void tasks_cancel(struct mcp_client *c, struct mcp_outlet *o, const struct mcp_message *m);
/* Refuses what needs the extension. */
void later_refuse(struct mcp_outlet *o, const struct mcp_message *m);
/* Whether there is a task of that id, and it is the client's. */
bool later_is_of(const struct mcp_client *c, struct str id);
/* All that is known of it, as members of an open object. */
void later_write(const struct mcp_later *l, struct json_writer *w);
/* It waits for answers, or does so no more. */
void later_changed(struct mcp_later *l);
/* How far it is, in words. */
void later_note(struct mcp_later *l, const char *text);
/* Its request has ended. */
void later_over(struct mcp_later *l);
void laters_free(struct mcp_hub *h);

/* ---- listen.c ---- */
bool listen_start(struct mcp_client *c, struct mcp_outlet *o, const struct mcp_message *m);
void listen_end(struct mcp_request *r);
/* Ends the subscriptions of a client, with an error that says why. */
void listen_expel(struct mcp_client *c, const char *why);
/* Tells who listens to the task of that id how it stands. */
void listen_tell_task(struct mcp_hub *h, struct str id, const struct mcp_later *l);
bool listen_follow(struct mcp_client *c, struct str uri);
void listen_unfollow(struct mcp_client *c, struct str uri);
/* The client does not follow what is in `uris` any more, unless by another way. */
void listen_forget(struct mcp_client *c, struct buf *uris);

#endif
