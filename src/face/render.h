/* SPDX-License-Identifier: MIT */
/*
 * render: an answered call as JSON, as CSV or as text for people, all from the same structs.
 *
 * JSON is one flat object: the envelope, then the answer's own fields. A field of the answer wins
 * over one of the envelope with the same name, in the schema too. CSV has the rows of the answer
 * and nothing else; who asks for it gets the envelope beside it (a header, the error stream).
 */
#ifndef PORTCULLIS_FACE_RENDER_H
#define PORTCULLIS_FACE_RENDER_H

#include "data/json.h"
#include "data/schema.h"
#include "data/table.h"
#include "ops/op.h"

/* The object of the answer `out` of call c. */
void render_json(const struct call *c, const void *out, struct json_writer *w);
/* The JSON Schema of that object. */
void render_schema(const struct op *op, enum schema_form form, struct json_writer *w);
/* RFC 4180, a header line always. */
void render_csv(const struct call *c, const void *out, struct buf *text);
/* The rows of the answer as one JSON object a line; the whole answer where it has no rows. */
void render_ndjson(const struct call *c, const void *out, struct buf *text);
/* The answer's text of several lines (a calendar file, an export), which ends with a line end. */
void render_lines(const struct call *c, const void *out, struct buf *text);
/* Scalars, tables, and the envelope as the last lines, unless the answer is about no account. */
void render_text(const struct call *c, const void *out, struct table_style style, bool is_tty,
                 struct buf *text);
/* "account DU9000001, paper, as of 2026-11-22T18:03:46Z, live prices, complete" */
void render_envelope(const struct envelope *e, struct buf *text);
/* "warning: ..." a line; without those that a list of `out` says already (NULL: all). */
void render_warnings(const struct call *c, const void *out, struct buf *text);
/* Whether a row of a list in `value` says this: its texts one behind the other, "CODE: what was
 * found". */
bool render_says(const struct type *type, const void *value, struct str text);
/* What a row says in that sense. */
void render_row(const struct type *type, const void *row, struct buf *out);

#endif
