/* SPDX-License-Identifier: MIT */
/*
 * The byte stream and the handshake: the first byte says who reads (bit 0: a server) and how the
 * stream is cut (the rest: bytes per feed). Whatever comes out must not depend on the cuts.
 */
#include "wire/codec.h"
#include "wire/frame.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Frames and bytes of bodies that come out when `step` bytes are fed at a time. */
static void run(const uint8_t *data, size_t size, bool is_server, size_t step, size_t out[2])
{
    struct wire_reader r;
    struct str body;
    struct error e;
    out[0] = out[1] = 0;
    wire_reader_init(&r, 4096, is_server);
    for (size_t at = 0; at < size; at += step) {
        wire_reader_feed(&r, data + at, size - at < step ? size - at : step);
        while (wire_reader_next(&r, &body, &e) == WIRE_NEXT_FRAME) {
            struct wire_offer offer;
            struct wire_hello hello;
            int version;
            out[0]++;
            out[1] += body.n;
            if (wire_offer_parse(body, &offer, &e))
                (void)!wire_choose_version(&offer, WIRE_VERSION_MIN, WIRE_VERSION_PROTO_MAX,
                                           &version, &e);
            (void)!wire_hello_parse(body, WIRE_VERSION_MIN, WIRE_VERSION_PROTO_MAX, &hello, &e);
        }
    }
    wire_reader_fini(&r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t whole[2];
    size_t cut[2];
    if (size < 2)
        return 0;
    run(data + 1, size - 1, data[0] & 1, size, whole);
    run(data + 1, size - 1, data[0] & 1, (size_t)(data[0] >> 1) + 1, cut);
    assert(whole[0] == cut[0] && whole[1] == cut[1]);
    return 0;
}
