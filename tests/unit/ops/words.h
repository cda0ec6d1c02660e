/* SPDX-License-Identifier: MIT */
/*
 * words: a command line of the documentation, bound to the input of its operation as face/ does it,
 * so that tests can tell whether an example works.
 */
#ifndef PORTCULLIS_TESTS_OPS_WORDS_H
#define PORTCULLIS_TESTS_OPS_WORDS_H

#include "data/bind.h"
#include "ops/op.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { WORDS_MAX = 32 };

/* The next word of *rest; "two words" in quotes are one. */
static inline bool next_word(struct str *rest, struct str *word)
{
    *rest = str_trim(*rest);
    if (!rest->n)
        return false;
    bool quoted = rest->p[0] == '"';
    size_t from = quoted ? 1 : 0, to = str_find(*rest, quoted ? '"' : ' ', from);
    *word = str_sub(*rest, from, to);
    *rest = str_sub(*rest, to + 1, rest->n);
    return true;
}

/* The i-th positional field; the last one if it is a list. */
static inline const struct field *positional(const struct type *in, size_t i)
{
    const struct field *last = NULL;
    for (size_t k = 0, n = 0; k < in->count; k++) {
        if (!in->fields[k].positional)
            continue;
        last = &in->fields[k];
        if (n++ == i)
            return last;
    }
    return last && last->kind == TYPE_LIST ? last : NULL;
}

/* Binds "quotes AAPL --no-auto-detect" (without the program's name) into *in, which is in the
 * arena. Returns the operation, or fails the test. */
static inline const struct op *bind_words(const char *line, struct arena *arena, void **in)
{
    struct bind_pair pairs[WORDS_MAX];
    struct str rest = str_of(line), word;
    struct error e = {0};
    size_t n = 0, words = 0;
    assert_true(next_word(&rest, &word));
    const struct op *op = op_find_verb(word);
    if (!op && next_word(&rest, &word)) /* a verb of two words */
        op = op_find_verb((struct str){line, (size_t)(word.p + word.n - line)});
    if (!op) {
        fail_msg("%s: no such command", line);
        return NULL;
    }
    while (next_word(&rest, &word)) {
        assert_true(n < WORDS_MAX);
        if (str_eq(word, STR("--csv")) || str_eq(word, STR("--json")))
            continue; /* understood by every command */
        const struct field *f = NULL;
        if (str_starts(word, STR("--"))) {
            f = bind_find(op->in, str_sub(word, 2, word.n));
            bool negated = !f && str_starts(word, STR("--no-"));
            if (negated)
                f = bind_find(op->in, str_sub(word, 5, word.n));
            if (f && f->kind == TYPE_BOOL)
                word = negated ? STR("false") : STR("true");
            else if (!next_word(&rest, &word))
                f = NULL;
        } else {
            f = positional(op->in, words++);
        }
        if (!f) {
            fail_msg("%s: '" STR_FMT "' is not understood", line, STR_ARG(word));
            return NULL;
        }
        pairs[n++] = (struct bind_pair){str_of(f->name), word};
    }
    *in = arena_alloc(arena, op->in->size);
    if (!bind_request(op->in, NULL, pairs, n, *in, arena, &e))
        fail_msg("%s: %s", line, e.text);
    return op;
}

#endif
