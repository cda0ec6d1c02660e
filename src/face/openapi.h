/* SPDX-License-Identifier: MIT */
/*
 * openapi: the description of the HTTP face, derived from the operation table.
 *
 * OpenAPI 3.1, one path for each route of a row, schemas written where they are used. What is not
 * in the table is the few routes of rest.c itself. The text depends on nothing but the table, so
 * it is the same on every machine.
 */
#ifndef PORTCULLIS_FACE_OPENAPI_H
#define PORTCULLIS_FACE_OPENAPI_H

#include "base/buf.h"

/* Appends the document. */
void openapi_write(struct buf *out);

#endif
