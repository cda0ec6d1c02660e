/* SPDX-License-Identifier: MIT */
/*
 * codec: TWS messages to bytes and back, without I/O.
 *
 * There are two encodings of the same structs. Up to server version 200 a frame is text; from 201
 * on it begins with a 4-byte id, and message by message the rest turns from text to protobuf
 * (wire_proto_since), which has an id that is higher by 200; at 213 nearly all are. Which one
 * applies is decided here, by version and id, and nobody above sees the difference.
 *
 * Text: every message has exactly ONE routine, which names its fields in order; a codec in mode
 * ENCODE writes them, in mode DECODE reads them, in mode GENERATE invents them (for round-trip
 * tests and fuzzing). So the client and the paper exchange cannot drift apart, and a message's
 * layout, version gates and loops included, stands in one place (text_*.c). Writing forms follow
 * the direction: what clients send looks like the official Python client's output, what servers
 * send like Java's (tws-protocol 2.1). Reading is strict where a wrong guess could shift fields: a
 * missing or left over field, a bad number, an impossible count make a bad frame. An empty field
 * means the default of its member everywhere.
 *
 * Protobuf: every message has one table (wire/proto.h). Unknown fields are skipped, a field that
 * is not there means the default of its member.
 *
 * Nothing here asserts on the peer's bytes; what decoding allocates is bounded by the frame.
 */
#ifndef PORTCULLIS_WIRE_CODEC_H
#define PORTCULLIS_WIRE_CODEC_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/rng.h"

enum wire_direction { WIRE_TO_SERVER, WIRE_TO_CLIENT };

/* The versions that are known: all text up to 200, all but a few messages protobuf from 213. The
 * mixed ones between are read and written too, but not negotiated (wire_choose_version). */
enum {
    WIRE_VERSION_MIN = 157,
    WIRE_VERSION_TEXT_MAX = 200,
    WIRE_VERSION_PROTO_MIN = 213,
    WIRE_VERSION_PROTO_MAX = 226,
    WIRE_VERSION_MAX = WIRE_VERSION_PROTO_MAX
};

/* Versions at which a layout changed (tws-protocol 1.5): the new layout holds from there on. */
enum wire_since {
    WIRE_SINCE_DURATION = 158,
    WIRE_SINCE_POST_TO_ATS = 160,
    WIRE_SINCE_WSH_CALENDAR = 161,
    WIRE_SINCE_AUTO_CANCEL_PARENT = 162,
    WIRE_SINCE_FRACTIONAL_SIZE = 163,
    WIRE_SINCE_SIZE_RULES = 164,
    WIRE_SINCE_HISTORICAL_SCHEDULE = 165,
    WIRE_SINCE_ADVANCED_ORDER_REJECT = 166,
    WIRE_SINCE_USER_INFO = 167,
    WIRE_SINCE_MANUAL_ORDER_TIME = 169,
    WIRE_SINCE_PEG_OFFSETS = 170,
    WIRE_SINCE_WSH_FILTERS = 171,
    WIRE_SINCE_WSH_DATES = 173,
    WIRE_SINCE_BOND_ISSUER = 176,
    WIRE_SINCE_NO_FA_PROFILE = 177,
    WIRE_SINCE_PENDING_PRICE_REVISION = 178,
    WIRE_SINCE_FUND_DATA = 179,
    WIRE_SINCE_EXERCISE_TIME = 180,
    WIRE_SINCE_LAST_TRADE_DATE = 182,
    WIRE_SINCE_CUSTOMER_ACCOUNT = 183,
    WIRE_SINCE_PROFESSIONAL_CUSTOMER = 184,
    WIRE_SINCE_BOND_ACCRUED_INTEREST = 185,
    WIRE_SINCE_INELIGIBILITY_REASONS = 186,
    WIRE_SINCE_RFQ_FIELDS = 187,
    WIRE_SINCE_BOND_TRADING_HOURS = 188,
    WIRE_SINCE_INCLUDE_OVERNIGHT = 189,
    WIRE_SINCE_NO_RFQ_FIELDS = 190,
    WIRE_SINCE_CME_TAGGING = 192,
    WIRE_SINCE_CME_TAGGING_OPEN_ORDER = 193,
    WIRE_SINCE_ERROR_TIME = 194,
    WIRE_SINCE_FULL_PREVIEW = 195,
    WIRE_SINCE_HISTORICAL_DATA_END = 196,
    WIRE_SINCE_TIME_IN_MILLIS = 197,
    WIRE_SINCE_SUBMITTER = 198,
    WIRE_SINCE_IMBALANCE_ONLY = 199,
    WIRE_SINCE_EXECUTION_DAYS = 200,
    WIRE_SINCE_BINARY_ID = 201,
    WIRE_SINCE_ZERO_STRIKE = 202,
    WIRE_SINCE_CANCEL_ONE_SHOTS = 215,
    WIRE_SINCE_CONFIG = 219,
    WIRE_SINCE_UPDATE_CONFIG = 221
};

struct wire_codec; /* what a routine works with: primitives in wire/field.h */

/* One row of the table of messages. */
struct wire_message {
    int id;
    enum wire_direction direction;
    const char *name;
    size_t size;          /* of the struct; 0: the message has none */
    const void *defaults; /* what a struct starts from; NULL: zeros */
    void (*routine)(struct wire_codec *x, void *message); /* text; NULL: there is none */
    int min_version;
};

struct wire_presence; /* wire/proto.h */

/* A decoded message. */
struct wire_any {
    int id;
    const struct wire_message *type; /* NULL: the id is unknown */
    const void *message;             /* struct of that id, in the arena; NULL if it has none */
    const struct wire_presence *has; /* protobuf: the fields that were there; NULL: it was text */
    size_t skipped;                  /* protobuf: unknown fields that were passed over */
    size_t offset;                   /* of the first byte in the body that is wrong */
};

/* ---- the table ---- */
/* The row of a message; NULL if there is none. Borrowed for ever. */
const struct wire_message *wire_find(enum wire_direction direction, int id);
/* The row behind `after` (NULL: the first of all, both directions); NULL behind the last. */
const struct wire_message *wire_next_message(const struct wire_message *after);

/*
 * Whether a message to the server may change the account, or what the Gateway allows: orders,
 * cancels, exercises, groups, settings. A placeOrder counts although with what_if it only asks. An
 * id that is not known counts too.
 */
bool wire_may_change_account(int id);

/* ---- whole frames ---- */
/*
 * Appends one frame, length included, to out. `message` is the struct of that id (NULL if it has
 * none). False, and out as before, with reason
 *   WIRE_VERSION    the message or the level does not exist at `version`
 *   WIRE_BAD_VALUE  a text holds a NUL byte (in protobuf: is not UTF-8), or to the server anything
 *                   but printable ASCII
 *   WIRE_TOO_LONG   larger than LIMIT_FRAME or than out may grow (then out has failed)
 */
bool wire_encode(enum wire_direction direction, int id, const void *message, int version,
                 struct buf *out, struct error *e) FALLIBLE;
/*
 * Writes a decoded message again as wire_encode does. In protobuf exactly the fields that it had
 * are written, so that a frame whose fields were in the order of their numbers gets its bytes back.
 */
bool wire_encode_again(const struct wire_any *any, int version, struct buf *out,
                       struct error *e) FALLIBLE;
/*
 * Decodes the body of one frame (without its length). Texts borrow from body, lists and the
 * struct live in the arena. At 201 and above the id says whether text or protobuf follows,
 * whatever the version. False, with out->offset set, with reason
 *   WIRE_UNKNOWN_MESSAGE  out->id is set and out->type NULL: skip the frame
 *   WIRE_BAD_FRAME        fields are missing, left over or malformed; the text says which
 *   WIRE_VERSION          the level is not known
 */
bool wire_decode(enum wire_direction direction, struct str body, int version, struct arena *arena,
                 struct wire_any *out, struct error *e) FALLIBLE;
/*
 * The number by which the sender of a frame knows it, where the frame itself cannot be decoded: its
 * request id, or the order id of an order, if what is wrong stands behind it. False if there is
 * none to be read.
 */
bool wire_decode_id(enum wire_direction direction, struct str body, int version,
                    struct arena *arena, int32_t *id);
/*
 * Invents a message of that type into the arena (as large as the type's struct) that encodes at
 * `version`; what that version does not carry has its default. For tests.
 */
void *wire_generate(const struct wire_message *type, int version, struct arena *arena,
                    struct rng *rng);

#endif
