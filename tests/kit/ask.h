/* SPDX-License-Identifier: MIT */
/*
 * ask: questions to the product as its users put them: a command line, an HTTP request, a line of
 * JSON-RPC. Each goes the way of the real one, greeting and frames included. A rule's goes its own.
 */
#ifndef PORTCULLIS_KIT_ASK_H
#define PORTCULLIS_KIT_ASK_H

#include "world.h"

enum { ASK_PATIENCE_MS = 150 * 1000, ASK_HEADERS_MAX = 16 };

/* What came back. */
struct answer {
    bool is_complete; /* false: nobody answered, or the app died first */
    bool is_gone;     /* the app died first */
    int status;       /* exit status, or of HTTP */
    const char *content_type;
    struct buf out, err; /* err: of a command line alone */
};
void answer_start(struct answer *a);
void answer_free(struct answer *a);

struct rule_call;

/* One question in progress. */
struct ask {
    struct world *world;
    struct client *client;  /* a command line, or raw bytes */
    struct rule_call *rule; /* an automation rule's */
    struct app_http *http;
    struct answer *answer; /* where HTTP puts its answer; borrowed */
    bool is_http, is_raw, is_used;
    struct str typed; /* what a person types at the prompts, separated by spaces; borrowed */
    size_t seen;      /* bytes of the answer that were looked through for prompts */
    bool is_person;
};

/*
 * Starts a command line, split into words as a shell does ('...' and "..." keep spaces). A person
 * sits at a terminal and types the PIN at a prompt, a script has none. False if the app is dead.
 */
bool ask_cli(struct ask *a, struct world *w, struct str line, bool is_person,
             struct answer *answer);
/* Before a prompt comes: what the person types instead, a word at each; at its end nothing. */
void ask_types(struct ask *a, struct str words);
/* Starts a command line under the principal "rule:NAME", within the app: as an automation rule
 * asks, through no connection and without a person. */
bool ask_rule(struct ask *a, struct world *w, struct str name, struct str line,
              struct answer *answer);
/* Starts bytes of a stranger on the local socket, who then says nothing more, or holds the line. */
bool ask_raw(struct ask *a, struct world *w, struct str bytes, bool holds, struct answer *answer);
/* Starts a request; `target` is path and query. A Host header is added unless one is given. */
bool ask_http(struct ask *a, struct world *w, struct str method, struct str target,
              const struct http_pair *headers, size_t count, struct str body,
              struct answer *answer);
/* Answers prompts that have come; true if the whole answer is there, for ask_finish to take. */
bool ask_is_answered(struct ask *a);
/* Lets time pass until it is answered, at most `ms`. True if the answer is complete. */
bool ask_finish(struct ask *a, int64_t ms);
/* Goes away without waiting. */
void ask_drop(struct ask *a);

/* ---- an assistant, on a connection that lasts ---- */
struct assistant {
    struct client *client; /* NULL: not connected */
    char version[16];      /* protocol version; "" = none was agreed */
    int64_t next_id;
    struct str can; /* its capabilities, a JSON object that outlives it; STR_NONE: none */
};

/*
 * Connects as `name`. A version of 2026-07-28 or later sends no initialize: each request carries
 * it. "" says nothing at all. False if nobody answers.
 */
bool assistant_open(struct assistant *a, struct world *w, struct str name, struct str version);
void assistant_close(struct assistant *a, struct world *w);
/* Sends one request; params are a JSON object or STR_NONE. */
void assistant_request(struct assistant *a, struct world *w, struct str method, struct str params);
/* Waits for a line; empties `line` first. False if none came within `ms`. */
bool assistant_receive(struct assistant *a, struct world *w, int64_t ms, struct buf *line);

#endif
