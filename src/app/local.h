/* SPDX-License-Identifier: MIT */
/*
 * local: a connection on the daemon's own socket.
 *
 * The client program says in one line what it is (face=mcp, cli or version), the daemon answers
 * with its own build, and from there on the bytes belong to that face: JSON-RPC lines both ways, or
 * one command line answered by frames. A frame is a kind byte ('o' output, 'e' errors, 'x' exit
 * status, 'p' a prompt for a secret), a 4-byte big-endian length, and the bytes. A prompt is
 * answered by one frame: 'p' and what was typed on the terminal, or 'n' and why there is none. 'f'
 * asks for a file that was named among the arguments: 'f' frames of its content, the last one
 * empty, or 'n' and why not.
 */
#ifndef PORTCULLIS_APP_LOCAL_H
#define PORTCULLIS_APP_LOCAL_H

#include "app/app.h"

struct local;

/* A connection of the user with that id. Never NULL. */
struct local *local_new(struct app *a, int64_t uid);
/* Cancels what is in progress. Accepts NULL. */
void local_free(struct local *l);
void local_input(struct local *l, struct str bytes, struct moment now);
/* The client will send nothing more; what is in progress is still answered. */
void local_end(struct local *l);
/* Bytes for the client; borrowed until the next call. local_sent drops the first n. */
struct str local_output(struct local *l);
void local_sent(struct local *l, size_t n);
/* True once everything is said: send what local_output holds, then close and local_free. */
bool local_is_done(const struct local *l);

#endif
