/* SPDX-License-Identifier: MIT */
/*
 * outside: text that strangers have written, made fit to be shown to people and to assistants.
 *
 * Headlines and articles are data. They may hold markup, control sequences, characters that nobody
 * sees and sentences that address the reader as if they were instructions. The first three go; the
 * last cannot be told from honest text, so the whole text is quoted: every line of it begins with
 * "> ", which no text can undo from inside.
 */
#ifndef PORTCULLIS_DATA_OUTSIDE_H
#define PORTCULLIS_DATA_OUTSIDE_H

#include "base/buf.h"

/*
 * True if the character of `width` bytes at the start of s cannot be seen: marks that turn the
 * direction of writing, joiners, variants, and the tags that only a program reads. False for bytes
 * that are no character.
 */
bool outside_is_unseen(struct str s, size_t width);
/* Bytes of the well-formed character at the start of s; 0 if there is none. */
size_t outside_character(struct str s);

struct outside_stats {
    size_t chars;   /* of the text shown, without the quotation marks */
    bool is_cut;    /* there was more */
    bool was_html;  /* markup was taken out */
    size_t removed; /* control and unseen characters */
};
/*
 * Appends the text, plain or HTML, quoted, at most max_chars characters of it. Empty lines are
 * joined to one. The buffer's own cap holds too.
 */
struct outside_stats outside_quote(struct str text, size_t max_chars, struct buf *out);

#endif
