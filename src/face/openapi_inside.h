/* SPDX-License-Identifier: MIT */
/*
 * openapi_inside: what openapi.c (operations) and openapi_own.c (the other routes) share.
 */
#ifndef PORTCULLIS_FACE_OPENAPI_INSIDE_H
#define PORTCULLIS_FACE_OPENAPI_INSIDE_H

#include "data/json.h"

void openapi_member(struct json_writer *w, const char *key, const char *text);
void openapi_open(struct json_writer *w, const char *key);
void openapi_close(struct json_writer *w, int count);
/* The answer with that status is a problem. */
void openapi_problem(struct json_writer *w, const char *status);
/* The ways to show who one is; none is needed if is_optional and the settings let anybody read. */
void openapi_security(struct json_writer *w, bool is_optional);
/* The members of securitySchemes. */
void openapi_schemes(struct json_writer *w);

/* The paths that are no operations. */
void openapi_own_paths(struct json_writer *w);

#endif
