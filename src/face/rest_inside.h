/* SPDX-License-Identifier: MIT */
/*
 * rest_inside: what rest.c (the way of a request) and rest_route.c (which operation it means)
 * share with each other and with openapi.c.
 */
#ifndef PORTCULLIS_FACE_REST_INSIDE_H
#define PORTCULLIS_FACE_REST_INSIDE_H

#include "data/bind.h"
#include "ops/op.h"

enum { ROUTE_PARAMS_MAX = 8, ROUTE_ALLOW_MAX = 64 };

/* "GET /api/quotes/{symbols}" in its two parts; false if the operation has no route. */
bool route_split(const struct op *op, struct str *method, struct str *path);
/* True if the route's path has {name}. */
bool route_has(struct str path, struct str name);

struct route_match {
    const struct op *op;                       /* NULL: no route for that method, or none at all */
    struct bind_pair params[ROUTE_PARAMS_MAX]; /* still percent-encoded */
    size_t param_count;
    char allow[ROUTE_ALLOW_MAX]; /* "GET, HEAD": what the path takes; "" if there is no such path */
};
/* Finds the operation; HEAD is served by GET. A route with fewer parameters goes first. */
void route_find(struct str method, struct str path, struct route_match *out);
/* The pattern of the path most like that one, or STR_NONE. */
struct str route_nearest(struct str path);

#endif
