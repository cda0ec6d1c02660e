/* SPDX-License-Identifier: MIT */
/*
 * mask: takes account numbers and names of people out of frames, so that a recording can be shown.
 *
 * An account number (letters like U, DU, F, DF in front of 5 to 9 digits, standing alone) becomes
 * another one of the same kind and width; the same one becomes the same one throughout. Texts in
 * fields that name people or their groups become x in every letter and digit. The width stays, so
 * that all else in the frame is byte for byte what it was. Prices, quantities and symbols stay.
 *
 * What cannot be decoded cannot be masked and is not to be kept.
 */
#ifndef PORTCULLIS_WIRE_MASK_H
#define PORTCULLIS_WIRE_MASK_H

#include "wire/codec.h"

enum { WIRE_MASK_ACCOUNTS = 256, WIRE_MASK_WIDTH = 16 };

/* Which account has become which. Zeroed at the start; no memory of its own. */
struct wire_mask {
    size_t n;
    char seen[WIRE_MASK_ACCOUNTS][WIRE_MASK_WIDTH]; /* what is beyond shares the last number */
};

/*
 * Appends the masked body of a frame. In a protobuf frame with fields that no table knows those
 * are left out. Uses the arena. False, with the reason of wire_decode or wire_encode_again, if the
 * frame must not be kept.
 */
bool wire_mask(struct wire_mask *m, enum wire_direction direction, struct str body, int version,
               struct arena *arena, struct buf *out, struct error *e) FALLIBLE;
/* Masks the account numbers in n bytes of text. */
void wire_mask_text(struct wire_mask *m, char *p, size_t n);

#endif
