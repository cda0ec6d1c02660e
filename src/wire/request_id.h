/* SPDX-License-Identifier: MIT */
/*
 * request_id: the number by which a question and its answers know each other, in any message.
 *
 * The tables say which member it is, so no message is named here. An error carries a request id or
 * an order id in the same place and counts as having one. Order ids are something else: they are
 * the account's, not the connection's, and are not looked at.
 */
#ifndef PORTCULLIS_WIRE_REQUEST_ID_H
#define PORTCULLIS_WIRE_REQUEST_ID_H

#include "wire/codec.h"

/* The request id of a decoded message. False if messages of that type have none, or if this one
 * belongs to no request (-1). */
bool wire_request_id(const struct wire_any *any, int32_t *id);
/*
 * Appends the body (without its length) of a decoded message as wire_encode_again writes it, with
 * another request id where wire_request_id finds one. The struct of `any`, which its decoder has
 * put into an arena, is changed for good. False with the reasons of wire_encode.
 */
bool wire_readdress(struct wire_any *any, int32_t id, int version, struct buf *out,
                    struct error *e) FALLIBLE;

#endif
