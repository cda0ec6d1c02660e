/* SPDX-License-Identifier: MIT */
/*
 * print: any decoded message as JSON, by its table. wire/parse.h is the way back.
 *
 * Names are those of the protobuf schema, for messages that came as text too. Of a protobuf
 * message exactly the fields are shown that it had; of a text message those that are set (texts
 * that are not empty, flags that are true, numbers that are not one of the unset marks) and those
 * that differ from what their member starts with: a number that is unset there is null. So nothing
 * is lost: what is not shown has the value it starts with.
 *
 * Decimals stay texts, digit by digit; pairs are [["tag","value"], ...] in their order; a number
 * that JSON cannot say is the text "Infinity", "-Infinity" or "NaN". A text that is usually a list
 * of pairs, a number or a truth value, but written in another form, is shown as it is; so is
 * a set of bits of which not all have a name, in the place of the first. Text is the peer's: it is
 * made valid UTF-8 and escaped, not believed.
 */
#ifndef PORTCULLIS_WIRE_PRINT_H
#define PORTCULLIS_WIRE_PRINT_H

#include "data/json.h"
#include "wire/codec.h"

/* Writes one object with the fields of a message that was decoded; {} if it has none. */
void wire_print(const struct wire_any *any, struct json_writer *w);

/*
 * Decodes the body of a frame and writes members into the object that is open: `id`, `name`,
 * `encoding`, `server_version`, `skipped` (unknown protobuf fields, where there are any) and
 * `fields`; or `error`, `offset` (of the first wrong byte in the body) and, if it is known, `id`.
 * False in the second case. *any (may be NULL) is what wire_decode found.
 */
bool wire_print_frame(enum wire_direction direction, struct str body, int version,
                      struct arena *arena, struct json_writer *w, struct wire_any *any);

#endif
