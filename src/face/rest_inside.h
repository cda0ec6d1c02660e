/* SPDX-License-Identifier: MIT */
/*
 * rest_inside: what the files of the HTTP face share: rest.c (the way of a request), rest_route.c
 * (which operation it means), rest_form.c (the forms of an answer), rest_answer.c, rest_own.c
 * (routes that are no operations). openapi.c describes the same.
 */
#ifndef PORTCULLIS_FACE_REST_INSIDE_H
#define PORTCULLIS_FACE_REST_INSIDE_H

#include "data/bind.h"
#include "face/rest.h"
#include "ops/op.h"

/* ---- routes ---- */
enum { ROUTE_PARAMS_MAX = 8, ROUTE_ALLOW_MAX = 64 };

/* "GET /api/quotes/{symbols}" in its two parts; false if the operation has no route. */
bool route_split(const struct op *op, struct str *method, struct str *path);
/* True if the route's path has {name}. */
bool route_has(struct str path, struct str name);

struct route_match {
    const struct op *op;                       /* NULL: no route for that method, or none at all */
    struct bind_pair params[ROUTE_PARAMS_MAX]; /* still percent-encoded */
    size_t param_count;
    char allow[ROUTE_ALLOW_MAX]; /* "GET, HEAD, OPTIONS": what the path takes; "": no such path */
};
/* Finds the operation; HEAD is served by GET. Where several patterns fit, those with the fewest
 * parameters alone count, as in OpenAPI: /api/orders/limit is no order with the id "limit". */
void route_find(struct str method, struct str path, struct route_match *out);
/* The pattern of the path most like that one, or STR_NONE. */
struct str route_nearest(struct str path);

/* ---- forms of an answer ---- */
struct form {
    const char *name;         /* ?format=csv */
    const char *kind;         /* of Accept */
    const char *content_type; /* as it is sent */
    const char *doc;
    /* NULL: render_json. Else the envelope goes into the header Portcullis-Envelope. */
    void (*render)(const struct call *c, const void *out, struct buf *text);
    bool is_whole; /* what is shown only with detail=full is shown always */
};
/*
 * The i-th form of an operation's answers, the best if anything will do first; NULL at the end. An
 * operation with a `format` of its own (events as ics, the audit log as jsonl) makes some of them
 * itself, as one text: these stand in the place of the form of the same kind, and behind the
 * others.
 */
const struct form *form_of(const struct op *op, size_t i);
/* True if the operation makes that form itself, when its `format` is the form's name. */
bool form_is_own(const struct form *f);
/* The form of that name, also by the name of the form whose place it takes; or NULL. */
const struct form *form_named(const struct op *op, struct str name);
/* All that ?format= may say for that operation, at most FORM_NAMES_MAX, then NULL. */
enum { FORM_NAMES_MAX = 8 };
void form_names(const struct op *op, const char *names[FORM_NAMES_MAX + 1]);

/* ---- one request and its answer ---- */
struct exchange {
    struct task *task; /* NULL while it is only seen who asks */
    struct moment now;
    struct arena *arena;
    struct core *core;
    const struct rest_config *config;
    const struct http_request *request;
    struct http_response *response;
    struct principal who;
    struct access_pass pass;
    struct str origin; /* whose pages may read the answer, by face/access.h */
    const struct form *form;
};

/* Sets the answer up; the response is initialised here. */
void rest_start(struct exchange *x);
void rest_header(struct exchange *x, struct str name, struct str value);
/* An answer of that kind with an empty body, which is returned. */
struct buf *rest_begin(struct exchange *x, int status, const char *content_type);
/* problem+json (RFC 9457) with the members of every error of ours. `c` may be NULL. */
void rest_problem(struct exchange *x, int status, const struct error *why, const struct call *c);
/* The same with the status that the error's class has. */
void rest_error(struct exchange *x, const struct error *e, const struct call *c);
/* The same from words; false. `next` may be NULL. */
bool rest_refuse(struct exchange *x, int status, enum error_code code, const char *reason,
                 const char *text, const char *next);
/* Takes the form of the operation's that Accept asks for; false, and 406, if there is none. */
bool rest_choose_form(struct exchange *x, const struct op *op);
/* What an operation has answered, in the form of the exchange. */
void rest_show(struct exchange *x, struct call *c, int status, const void *out);
/* Last: 304 where the client has it already, compression, and what caches and pages must know. */
void rest_finish(struct exchange *x);

/* Refuses who was let in and lacks the scope, as face/access.h says; false. */
bool rest_wants_scope(struct exchange *x, enum scope scope, const char *operation);
/*
 * Lets in who asks for a path (`what`) that takes GET and is no operation's: false, and answered,
 * if it is not let in, lacks the scope, or asks with another method.
 */
bool rest_enter(struct exchange *x, enum scope scope, const char *what, const char *allow);

/* OPTIONS: what the path takes, and what a browser asks before it lets such a page ask. */
void rest_options(struct exchange *x, const char *allow);

/* 404, or 405 with what the path takes. */
void rest_no_route(struct exchange *x, const char *allow);
/* What a path takes that is no operation's; NULL if it is none of those either. */
const char *own_allow(const struct exchange *x);
/* Answers it; false if it is none of those, or does not take the method. */
bool own_answer(struct exchange *x);

#endif
