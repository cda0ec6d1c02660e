/* SPDX-License-Identifier: MIT */
/*
 * wire_script: a recording in memory, and two rows of frames compared (inside app/ only).
 *
 * A recording is played in three ways: to a client over the network (wire_replay.c), into the
 * paper exchange (wire_into_paper.c) and into the session (wire_into_session.c), the last two in
 * virtual time. All start from the same rows.
 */
#ifndef PORTCULLIS_APP_WIRE_SCRIPT_H
#define PORTCULLIS_APP_WIRE_SCRIPT_H

#include "app/wire_tool.h"
#include "data/tz.h"

enum { WIRE_SCENES_MAX = 1 << 20 }; /* frames of one recording, and of one side of a comparison */

struct wire_scene {
    int64_t time_us;
    enum wire_recorded_from from;
    bool is_handshake;
    bool is_done; /* whoever plays it: it has been sent */
    int id;       /* of the message; -1: it has none */
    struct str body;
};

struct wire_script {
    int version;
    bool is_masked;
    struct arena *arena;
    struct wire_scene *scenes;
    size_t n;
};

/* Reads a recording that begins with both handshakes. False with *e; fini all the same. */
bool wire_script_load(struct wire_script *s, const char *path, struct error *e) FALLIBLE;
void wire_script_fini(struct wire_script *s);
/* When the connection began: the server's handshake tells the second, its notices (if they tell
 * one) the millisecond. False if the handshake's time cannot be read. */
bool wire_script_begin(const struct wire_script *s, const struct tz_zones *zones, struct utc *out);
/* The first message of that id from that side, decoded into the arena; NULL if there is none. */
const void *wire_script_first(const struct wire_script *s, enum wire_direction from, int id,
                              struct arena *arena);

/* ---- comparing ---- */
struct wire_frame {
    int64_t time_us;
    struct str body;
};

/* Frames of one side in their order; bodies and rows lie in the arena. */
struct wire_side {
    struct arena *arena;
    struct wire_frame *frames;
    size_t n;
};

void wire_side_init(struct wire_side *s);
void wire_side_fini(struct wire_side *s);
/* False if there is no more room. */
bool wire_side_add(struct wire_side *s, int64_t time_us, struct str body);

struct wire_verdict {
    size_t same, changed, missing, extra;
    bool is_in_order; /* what is the same came in the same order */
};

/*
 * Compares what one direction should have said with what it said, and writes one line for each
 * difference. Frames are the same if their bytes are. Of the others, those of the same message and
 * request id are paired in their order (changed); what is left was only recorded (missing) or only
 * said now (extra).
 */
void wire_compare(const struct wire_side *recorded, const struct wire_side *answered,
                  enum wire_direction way, int version, struct wire_lines *out,
                  struct wire_verdict *v);
/* The members of a verdict into the object that is open. */
void wire_verdict_write(const struct wire_verdict *v, struct json_writer *w);
static inline bool wire_verdict_is_clean(const struct wire_verdict *v)
{
    return !v->changed && !v->missing && !v->extra && v->is_in_order;
}

#endif
