/* SPDX-License-Identifier: MIT */
/*
 * loop_uv: what the other modules of sys/ may know about the inside of a loop. Private to sys/.
 */
#ifndef PORTCULLIS_SYS_LOOP_UV_H
#define PORTCULLIS_SYS_LOOP_UV_H

#include "sys/loop.h"

#include <uv.h>

uv_loop_t *loop_uv(struct loop *l);
/* One buffer for all reads: what is in it is consumed before the next read. */
uv_buf_t loop_read_buffer(struct loop *l);

/*
 * Something to be done once, after the owner's turn: this is where queued effects leave. Embedded
 * in its object. If fn calls into the owner it must ask for loop_again.
 */
struct loop_hook {
    void (*fn)(void *self);
    void *self;
    struct loop_hook *prev, *next; /* NULL, NULL: not queued (the list has a sentinel) */
};

/* Does nothing if the hook is queued already. */
void loop_after_turn(struct loop *l, struct loop_hook *hook);
/* Takes a hook back; harmless if it is not queued. */
void loop_hook_cancel(struct loop_hook *hook);

#endif
