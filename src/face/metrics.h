/* SPDX-License-Identifier: MIT */
/*
 * metrics: the state of the daemon in the text format of Prometheus (version 0.0.4).
 *
 * Names begin with portcullis_, have their unit at the end and _total if they only rise; those of
 * the process itself are called as everywhere. No label holds an account, a symbol, an amount, or a
 * text from outside.
 */
#ifndef PORTCULLIS_FACE_METRICS_H
#define PORTCULLIS_FACE_METRICS_H

#include "face/rest.h"

#define METRICS_CONTENT_TYPE "text/plain; version=0.0.4; charset=utf-8"

void metrics_write(const struct core *core, const struct rest_config *config, struct moment now,
                   struct buf *out);

#endif
