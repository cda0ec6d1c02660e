/* SPDX-License-Identifier: MIT */
/*
 * mcp_inside: what the files of this face share: mcp.c (who is there), mcp_tools.c, mcp_person.c,
 * mcp_prompts.c, mcp_resources.c and mcp_follow.c.
 */
#ifndef PORTCULLIS_FACE_MCP_INSIDE_H
#define PORTCULLIS_FACE_MCP_INSIDE_H

#include "base/limits.h"
#include "face/mcp.h"
#include "ops/resources.h"

enum {
    /* JSON of one answer: it goes out twice, the second time with its quotes escaped */
    ANSWER_MAX = LIMIT_REPLY / 4,
};

struct follow;

struct mcp_face {
    struct core *core;
    struct tasks *tasks;
    struct mcp_server server;
    struct mcp_hub *hub;
    struct mcp_http *http;
    struct buf scratch; /* the JSON of one answer */
    struct follow *follows;
    size_t follow_count, reading_count, echo_count;
    unsigned topics; /* something about them has come since the last step */
    int64_t journal_seq;
    bool is_ended, was_ready; /* the connection to the broker was */
};

/* ---- mcp.c ---- */
/* Gives back what a large answer has taken. */
void face_trim(struct mcp_face *f);
/* The server's `over`. */
const char *face_over(void *self, const void *user, struct moment now);
/*
 * What a request may: those of a session over HTTP come with tokens of their own. Taken when it
 * comes; when its call runs, the session may have been given other rights by another request.
 */
struct rights {
    unsigned scopes;
    bool is_local;
    char only_account[sizeof((struct principal *)0)->only_account];
};
struct rights face_rights(const struct mcp_request *r);
/* Whom a call is for: the connection itself where it remembers things, else `copy`, filled with
 * what the request may. */
struct principal *face_caller(const struct mcp_request *r, const struct rights *may,
                              struct principal *copy);
/*
 * Refuses over HTTP, so that the client can get a better token, where `e` says that the operation
 * needs a scope which an issuer can give. False: it is none of these, and nothing has happened.
 */
bool face_steps_up(struct mcp_request *r, struct arena *arena, const struct core *core,
                   const struct principal *who, const struct op *op, const struct error *e);
/* What a token may come to do by getting a better one counts as well: for what is shown. */
struct principal face_prospects(const struct principal *who);

/* ---- mcp_tools.c ---- */
/* `has_pages`: for a client that shows pages, with what is for them. */
void tools_list(const struct core *core, const struct principal *who, bool has_pages,
                struct json_writer *w);
void *tool_prepare(struct mcp_face *f, struct mcp_request *r, const struct json *params,
                   struct arena *arena);
void tool_run(struct mcp_face *f, struct mcp_request *r, struct task *t, void *prepared);

/* ---- mcp_person.c ---- */
#define PAGE_TYPE "text/html;profile=mcp-app"
enum { HAS_PAGES = 1 }; /* a client that shows our pages: bit of mcp_extensions */
unsigned person_extensions(void *self, const struct json *declared);
/* The _meta of a tool with a page, or for pages. */
void person_write_page(const struct op *op, struct json_writer *w);
/* The proof for the page that shows the result, before the result is begun. */
void person_prove(struct mcp_request *r, const struct call *call);
/* Who can be asked in the course of a call. */
struct person {
    struct dialog dialog;
    struct mcp_request *request;
    int64_t after_ms; /* what the call has left after an answer */
    bool is_asked;    /* the request has ended with the question */
};
/* Lets the call ask; `p` lives as long as the call. */
void person_at(struct person *p, struct mcp_face *f, struct mcp_request *r, struct call *call);

/* ---- mcp_prompts.c ---- */
void prompts_list(struct json_writer *w);
void *prompt_prepare(struct mcp_face *f, struct mcp_request *r, const struct json *params,
                     struct arena *arena);
void prompt_run(struct mcp_face *f, struct mcp_request *r, struct task *t, void *prepared);
void *completion_prepare(struct mcp_face *f, struct mcp_request *r, const struct json *params,
                         struct arena *arena);
void completion_run(struct mcp_face *f, struct mcp_request *r, struct task *t, void *prepared);

/* ---- mcp_resources.c ---- */
void resources_list(const struct core *core, const struct principal *who, bool templates,
                    struct json_writer *w);
/* Whether it is there for who asks: its operation is one that it may call. */
bool resource_is_shown(const struct core *core, const struct principal *who,
                       const struct resource *r);
void *resource_prepare(struct mcp_face *f, struct mcp_request *r, const struct json *params,
                       struct arena *arena);
void resource_run(struct mcp_face *f, struct mcp_request *r, struct task *t, void *prepared);
/*
 * Calls its operation for `who`. True: f->scratch holds the JSON of the answer, or the text of the
 * one member that is shown. False with *e. May suspend.
 */
bool resource_read(struct mcp_face *f, struct task *t, struct principal *who,
                   const struct resource *r, const struct json *arguments,
                   struct error *e) FALLIBLE;

/* ---- mcp_follow.c ---- */
/* The server's `watch`; self is the face. */
bool follow_watch(void *self, struct mcp_client *c, struct str uri, bool is_followed);
void follow_on_event(struct mcp_face *f, const struct event *ev);
/* Reads again what may have changed; returns when it is next needed. */
struct instant follow_step(struct mcp_face *f, struct moment now);

#endif
