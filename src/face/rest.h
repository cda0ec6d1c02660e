/* SPDX-License-Identifier: MIT */
/*
 * rest: HTTP requests answered from the operation table.
 *
 * Routes are those of the rows ("GET /api/quotes/{symbols}"); the OpenAPI document at
 * /openapi.json is derived from the same rows. Who may ask is decided by face/access.h; a write
 * needs a token, from loopback too. Nobody is a person here: nothing is approved or loosened. JSON
 * by default, CSV or NDJSON by Accept or ?format=; what was asked with GET has an ETag. Errors are
 * problem+json with an `error` sentence, a stable `code` and the `next` step. Pages of other sites
 * ask from the origins of http.cors_origins alone, and always with a token.
 */
#ifndef PORTCULLIS_FACE_REST_H
#define PORTCULLIS_FACE_REST_H

#include "data/http.h"
#include "face/access.h"
#include "ops/op.h"

struct rest_streams;

struct rest_config {
    struct access *access;
    const struct rest_streams *streams; /* for /metrics; NULL: there are none */
    const struct tasks *tasks;          /* likewise */
};

/* Answers `request`. Runs on a task; may suspend. The response is initialised here. */
void rest_answer(struct task *t, struct core *core, const struct rest_config *config,
                 const struct http_request *request, struct http_response *response);

/* What a request is told that comes to no answer: 400, 413, 431, or 503. Initialises *response. */
void rest_refusal(int status, struct http_response *response);

/*
 * Whether a request to a path that is not ours to answer (MCP's) is let in, and as whom. False:
 * `response` says why not; else it is untouched. Texts of the answer lie in arena.
 */
bool rest_admit(struct core *core, const struct rest_config *config,
                const struct http_request *request, struct moment now, struct arena *arena,
                struct visitor *visitor, struct http_response *response);

#endif
