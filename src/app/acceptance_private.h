/* SPDX-License-Identifier: MIT */
/* acceptance_private: what acceptance.c (the conversation) and acceptance_report.c share. */
#ifndef PORTCULLIS_APP_ACCEPTANCE_PRIVATE_H
#define PORTCULLIS_APP_ACCEPTANCE_PRIVATE_H

#include "app/acceptance.h"
#include "base/arena.h"
#include "base/buf.h"
#include "wire/frame.h"
#include "wire/mask.h"

enum { ACCEPTANCE_REPLIES = 112, ACCEPTANCE_EXAMPLES_MAX = 8 };

enum phase { PHASE_HANDSHAKE, PHASE_LOGIN, PHASE_ASKING, PHASE_SETTLING, PHASE_OVER };

/* A frame that was not as it should be. */
struct example {
    int id;
    char text[ACCEPTANCE_TEXT];
};

struct acceptance {
    struct acceptance_config config;
    enum phase phase;
    struct instant begin, deadline, asked_at;
    struct moment now;
    struct wire_reader reader;
    struct arena *arena;
    struct buf out, recording, masked, again;
    struct wire_mask mask;
    int version; /* 0: no handshake yet */
    char server_time[64];
    char account[32];
    bool is_paper, has_accounts, has_order_id, is_closed;
    int32_t order_id;
    size_t at; /* the step in work */
    struct acceptance_result results[ACCEPTANCE_STEPS_MAX];
    char trouble[ACCEPTANCE_TEXT]; /* why it ended early */
    /* every frame of the server */
    size_t seen[ACCEPTANCE_REPLIES], unknown, unreadable, rewritten, differing, skipped_fields;
    struct example examples[ACCEPTANCE_EXAMPLES_MAX];
    size_t example_count;
};

#endif
