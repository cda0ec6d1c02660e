/* SPDX-License-Identifier: MIT */
/*
 * gzip: text made smaller for the way (RFC 1952). The arithmetic is zlib's.
 */
#ifndef PORTCULLIS_DATA_GZIP_H
#define PORTCULLIS_DATA_GZIP_H

#include "base/buf.h"

/*
 * Appends `text` to `out` as one gzip member without a name or a time, so that the same text gives
 * the same bytes. Quick rather than small. False if it does not fit under the cap of `out`.
 */
bool gzip_add(struct str text, struct buf *out) __attribute__((warn_unused_result));

#endif
