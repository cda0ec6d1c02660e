/* SPDX-License-Identifier: MIT */
/*
 * wire_tool: what the verbs of `portcullis wire` share (inside app/ only): the command line, and
 * how a frame becomes a line of output.
 *
 * Every line is one JSON object. Verbs make their own members first, then those of the frame.
 */
#ifndef PORTCULLIS_APP_WIRE_TOOL_H
#define PORTCULLIS_APP_WIRE_TOOL_H

#include "base/error.h"
#include "data/json.h"
#include "sys/net.h"
#include "wire/codec.h"
#include "wire/recording.h"
#include "wire/spell.h"

enum {
    WIRE_TOOL_ARENA = 256 << 20, /* bytes that one frame and its JSON may use */
    WIRE_TOOL_TEXT = 256 << 20,  /* bytes of one line, of all that waits, and of a recording */
    WIRE_TOOL_HOST = 256
};

struct wire_address {
    char host[WIRE_TOOL_HOST];
    uint16_t port;
};

/* What a recording is played into. */
enum wire_into { WIRE_INTO_CLIENT, WIRE_INTO_PAPER, WIRE_INTO_SESSION };

struct wire_options {
    int version;   /* 0: not given */
    bool has_from; /* `from` was given */
    enum wire_direction from;
    enum wire_form form;
    bool is_raw; /* frames with their lengths, instead of a form */
    struct wire_address listen, to;
    const char *file; /* the recording to read, or to make (proxy); NULL: none */
    bool masks, allows_orders;
    int32_t reserved_id; /* client id that the proxy refuses; -1: none */
    enum wire_into into; /* replay */
    uint64_t seed;       /* of the exchange's market */
    const char *record;  /* replay into paper: the recording to make of it; NULL: none */
};

/* ---- output ---- */
struct wire_lines {
    struct buf text; /* lines not yet written */
    struct json_writer w;
    struct arena *arena; /* of the frame in work */
    bool failed;         /* standard output takes nothing more */
};

void wire_lines_init(struct wire_lines *l);
void wire_lines_fini(struct wire_lines *l);
/* Opens the object of the next line; forgets what the arena held. */
struct json_writer *wire_line_begin(struct wire_lines *l);
void wire_line_end(struct wire_lines *l);
/* Writes what waits to standard output. */
void wire_lines_flush(struct wire_lines *l);
/* The member `from`. */
void wire_line_from(struct json_writer *w, enum wire_direction from);
/* The members of an offer of versions or of its answer; false if it is none, and then nothing is
 * written. */
bool wire_line_handshake(struct json_writer *w, enum wire_direction from, struct str body);

/* ---- verbs that convert; false if a frame or a line was wrong, which has been said ---- */
/* Frames from standard input, as JSON. */
bool wire_decode_input(const struct wire_options *o, struct wire_lines *out);
/* JSON from standard input, as frames. */
bool wire_encode_input(const struct wire_options *o, struct wire_lines *out);
/* The frames of the recording o->file, as JSON. */
bool wire_show(const struct wire_options *o, struct wire_lines *out, struct error *e) FALLIBLE;

/* ---- verbs that use the network ---- */
/* Runs until a signal; false with *e if it cannot. */
bool wire_proxy(const struct wire_options *o, struct wire_lines *out, struct error *e) FALLIBLE;
/* Plays the server of a recording to one client; true if the client asked all that was recorded. */
bool wire_replay(const struct wire_options *o, struct wire_lines *out, struct error *e) FALLIBLE;

/* ---- verbs in virtual time; false with *e if it cannot run or something came out differently,
 * which has been said ---- */
/* The client of a recording asks the paper exchange. */
bool wire_into_paper(const struct wire_options *o, struct wire_lines *out,
                     struct error *e) FALLIBLE;
/* The server of a recording answers the session. */
bool wire_into_session(const struct wire_options *o, struct wire_lines *out,
                       struct error *e) FALLIBLE;

#endif
