/* SPDX-License-Identifier: MIT */
#include "face/rest_inside.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

bool route_split(const struct op *op, struct str *method, struct str *path)
{
    if (!op->route)
        return false;
    struct str route = str_of(op->route);
    size_t space = str_find(route, ' ', 0);
    assert(space < route.n);
    *method = str_sub(route, 0, space);
    *path = str_sub(route, space + 1, route.n);
    return true;
}

static bool is_param(struct str segment)
{
    return segment.n > 2 && segment.p[0] == '{' && segment.p[segment.n - 1] == '}';
}

bool route_has(struct str path, struct str name)
{
    for (struct str segment; str_cut(&path, '/', &segment);)
        if (is_param(segment) && str_eq(str_sub(segment, 1, segment.n - 1), name))
            return true;
    return false;
}

/* A list of texts may have the separator inside: /api/forex/EUR/USD is the pair EUR/USD. */
static bool takes_the_rest(const struct op *op, struct str name)
{
    const struct field *f = type_find(op->in, name);
    return f && f->kind == TYPE_LIST && !f->of;
}

/* Whether a route is worth taking apart: nothing before its first parameter differs. */
static bool begins_alike(const char *route, struct str path)
{
    const char *pattern = route ? strchr(route, '/') : NULL;
    size_t i = 0;
    if (!pattern)
        return false;
    while (i < path.n && pattern[i] == path.p[i])
        i++;
    return pattern[i] == '{' || (pattern[i] == '\0' && i == path.n);
}

static bool path_matches(const struct op *op, struct str pattern, struct str path,
                         struct route_match *out)
{
    struct str want, have;
    bool more_want, more_have;
    out->param_count = 0;
    for (;;) {
        more_want = str_cut(&pattern, '/', &want);
        more_have = str_cut(&path, '/', &have);
        if (!more_want || !more_have)
            return more_want == more_have;
        if (!is_param(want)) {
            if (!str_eq(want, have))
                return false;
            continue;
        }
        if (have.n == 0)
            return false;
        struct str name = str_sub(want, 1, want.n - 1);
        if (!pattern.p && path.n > 0 && takes_the_rest(op, name)) {
            have.n += 1 + path.n;
            path = STR_NONE;
        }
        assert(out->param_count < ROUTE_PARAMS_MAX);
        out->params[out->param_count++] = (struct bind_pair){name, have};
    }
}

static void allow(struct str method, char out[ROUTE_ALLOW_MAX])
{
    size_t n = strlen(out);
    (void)snprintf(out + n, ROUTE_ALLOW_MAX - n, "%s" STR_FMT "%s", n ? ", " : "", STR_ARG(method),
                   str_eq(method, STR("GET")) ? ", HEAD" : "");
}

void route_find(struct str method, struct str path, struct route_match *out)
{
    const struct op *op;
    if (str_eq(method, STR("HEAD")))
        method = STR("GET");
    *out = (struct route_match){.param_count = ROUTE_PARAMS_MAX};
    for (size_t i = 0; (op = op_next(&i));) {
        struct route_match one;
        struct str its_method, its_path;
        if (!begins_alike(op->route, path) || !route_split(op, &its_method, &its_path) ||
            !path_matches(op, its_path, path, &one) || one.param_count > out->param_count)
            continue;
        if (one.param_count < out->param_count) /* says more exactly what is meant */
            *out = (struct route_match){.param_count = one.param_count};
        allow(its_method, out->allow);
        if (!str_eq(its_method, method))
            continue;
        out->op = op;
        memcpy(out->params, one.params, sizeof one.params);
    }
    if (out->allow[0])
        allow(STR("OPTIONS"), out->allow);
}

/* The first n segments of a path. */
static struct str first_segments(struct str path, size_t n)
{
    size_t end = 0;
    for (size_t i = 0; i < n && end < path.n; i++)
        end = str_find(path, '/', end + 1);
    return str_sub(path, 0, end);
}

/* Compares what comes before the first parameter. */
struct str route_nearest(struct str path)
{
    const struct op *op;
    struct str best = STR_NONE, method, pattern;
    size_t least = path.n / 3 + 2;
    for (size_t i = 0; (op = op_next(&i));) {
        if (!route_split(op, &method, &pattern))
            continue;
        size_t segments = 0;
        struct str fixed = str_sub(pattern, 0, str_find(pattern, '{', 0));
        for (size_t k = 0; k < fixed.n; k++)
            segments += fixed.p[k] == '/' && k + 1 < fixed.n;
        fixed = first_segments(fixed, segments);
        size_t distance = str_distance(fixed, first_segments(path, segments), least);
        if (distance < least) {
            least = distance;
            best = pattern;
        }
    }
    return best;
}
