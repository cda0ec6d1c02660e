/* SPDX-License-Identifier: MIT */
/*
 * spell: the bytes of a frame body as one line of text, in one of three forms.
 *
 *   hex     two digits a byte
 *   base64  RFC 4648 section 4, with its padding
 *   text    the bytes as they are, `|` for NUL; a `|` or `\` of the body has a `\` in front, and
 *           all that is not printable ASCII is \xHH
 */
#ifndef PORTCULLIS_WIRE_SPELL_H
#define PORTCULLIS_WIRE_SPELL_H

#include "base/buf.h"
#include "base/error.h"

enum wire_form { WIRE_FORM_HEX, WIRE_FORM_BASE64, WIRE_FORM_TEXT };

/* Appends the spelling; false if `out` has failed. */
bool wire_spell(enum wire_form form, struct str bytes, struct buf *out);
/* Appends the bytes. False with *offset, of the first wrong character, if the line is malformed
 * (ERROR_INVALID, reason SPELLING) or `out` is too small (ERROR_LIMIT, reason TOO_LARGE). */
bool wire_unspell(enum wire_form form, struct str line, struct buf *out, size_t *offset,
                  struct error *e) FALLIBLE;

#endif
