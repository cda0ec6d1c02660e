/* SPDX-License-Identifier: MIT */
/*
 * paper_port: the control port of the paper exchange: lines in, JSON lines out (paper/control.h).
 *
 * It listens on a Unix socket beside the state file (0600, our user alone) and, if asked to, on a
 * port of the loopback address. Who does not speak the language is closed after the first wrong
 * word, so that a web page that posts to the port cannot reach anything behind its headers.
 */
#ifndef PORTCULLIS_APP_PAPER_PORT_H
#define PORTCULLIS_APP_PAPER_PORT_H

#include "paper/paper.h"
#include "sys/net.h"

struct paper_port;

/*
 * Listens on `path`, or on the loopback port if path is NULL (0: a free one). `paper` points to
 * where the owner keeps the exchange, which may be replaced between two turns. NULL and *e if the
 * address cannot be had.
 */
struct paper_port *paper_port_open(struct loop *l, const char *path, uint16_t port,
                                   struct paper *const *paper, struct error *e) FALLIBLE;
/* Answers what came in and can be answered now. Once a turn, before the records are kept. */
void paper_port_turn(struct paper_port *port, struct moment now);
/* Sends the answers. Once a turn, after the records were kept. */
void paper_port_send(struct paper_port *port);
uint16_t paper_port_number(const struct paper_port *port);
void paper_port_close(struct paper_port *port); /* accepts NULL */

#endif
