/* SPDX-License-Identifier: MIT */
/*
 * control: the exchange as its operator sees it: one line of text in, one line of JSON out.
 *
 * The words are a table: help lists them. Any fault of fault_line.h is a word too, so that
 * `fault cut client=7` and `cut client=7` are the same. Every answer is an object with the member
 * "ok"; false has "error". The owner reads lines from the control port and writes the answers.
 */
#ifndef PORTCULLIS_PAPER_CONTROL_H
#define PORTCULLIS_PAPER_CONTROL_H

#include "paper/paper.h"

enum { CONTROL_LINE_MAX = 1024, CONTROL_ANSWER_MAX = 4 << 20 };

enum control_outcome {
    CONTROL_DONE,  /* the answer is in `out` */
    CONTROL_LATER, /* done when paper_is_led is false again: then control_finish gives the answer */
    CONTROL_UNKNOWN /* not a word of this language: an error is in `out` */
};

/* Carries out one line without its end. Appends the answer with a newline to `out`. */
enum control_outcome control_run(struct paper *p, struct str line, struct moment now,
                                 struct buf *out);
void control_finish(struct paper *p, struct buf *out);

/* Row i of the words: how it is written and what it does; false behind the last. */
bool control_word(size_t i, const char **usage, const char **what);

#endif
