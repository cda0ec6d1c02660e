/* SPDX-License-Identifier: MIT */
/*
 * guide: what the table of operations cannot say by itself: how those of one category are used
 * together, and what to do when one of them refuses. ops/docs.c joins it with the tables.
 *
 * Every command in these texts is parsed by a test, so it exists.
 */
#ifndef PORTCULLIS_OPS_GUIDE_H
#define PORTCULLIS_OPS_GUIDE_H

struct guide {
    const char *name;     /* "stop_loss"; operations of that category belong to it */
    const char *title;    /* for people */
    const char *overview; /* a short paragraph */
    const char *includes; /* further operations and categories, comma-separated; "" for none */
    const char *const *workflow;        /* steps in their order, NULL-terminated */
    const char *const *troubleshooting; /* "CODE: what it means and what to do" */
};

/* All categories in the order in which they are shown; the last row has no name. */
extern const struct guide guides[];

#endif
