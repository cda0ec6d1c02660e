/* SPDX-License-Identifier: MIT */
/*
 * schema: JSON Schema (2020-12; nothing in it differs in earlier drafts) from a type.
 *
 * The input form tells a model what it may send: bounds, choices, defaults, what is required,
 * and that nothing else is accepted. The output form tells what comes back: values that may be
 * unknown are nullable, others are required. The root is always a plain object without anyOf;
 * nested types are written inline, so no reference needs resolving.
 *
 * The two forms for tools say the same in few words, because a model reads, and its user pays for,
 * each of them in every conversation: of what may be sent, no lengths of texts and lists, no
 * examples, no long lists of choices, and no word that a switch is off at first; of what comes
 * back, the names of what is not `wide`, two levels deep.
 */
#ifndef PORTCULLIS_DATA_SCHEMA_H
#define PORTCULLIS_DATA_SCHEMA_H

#include "data/json.h"
#include "data/type.h"

enum schema_form { SCHEMA_INPUT, SCHEMA_OUTPUT, SCHEMA_TOOL_INPUT, SCHEMA_TOOL_OUTPUT };

/* The schema of an object of that type, as one value. */
void schema_write(const struct type *type, enum schema_form form, struct json_writer *w);
/* One object schema for the members of several types together (an answer and its envelope). */
void schema_write_merged(const struct type *const *types, size_t count, enum schema_form form,
                         struct json_writer *w);
/* The schema of one field's value (an OpenAPI parameter). */
void schema_field(const struct field *f, enum schema_form form, struct json_writer *w);

#endif
