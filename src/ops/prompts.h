/* SPDX-License-Identifier: MIT */
/*
 * prompts: whole pieces of work that a person can choose by name, told to an assistant step by
 * step with the operations that serve them, beside whatever other tools it has (the web, notes,
 * documents, a calendar). A prompt only words a wish: it permits nothing, and what a person gave
 * with it is passed on as data.
 *
 * Every operation is named in `backquotes`; a test knows each.
 */
#ifndef PORTCULLIS_OPS_PROMPTS_H
#define PORTCULLIS_OPS_PROMPTS_H

#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>

enum { PROMPT_ARGUMENTS_MAX = 4, PROMPT_VALUE_MAX = 2000 };

struct prompt_argument {
    const char *name; /* ops/suggest.h completes by it */
    const char *doc;
    bool required;
};

struct prompt {
    const char *name, *title, *doc;
    struct prompt_argument arguments[PROMPT_ARGUMENTS_MAX]; /* up to the one without a name */
    const char *text;
};

/* In a stable order; `i` starts at 0; NULL at the end. */
const struct prompt *prompt_next(size_t *i);
const struct prompt *prompt_find(struct str name);
size_t prompt_argument_count(const struct prompt *p);
/* What is said behind the text of every prompt. */
extern const char prompt_rules[];

#endif
