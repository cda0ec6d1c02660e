/* SPDX-License-Identifier: MIT */
/*
 * paper_options: the command line of `portcullis paper`.
 */
#ifndef PORTCULLIS_APP_PAPER_OPTIONS_H
#define PORTCULLIS_APP_PAPER_OPTIONS_H

#include "paper/paper.h"
#include "sys/paths.h"

struct paper_options {
    const char *socket; /* NULL: TCP */
    int64_t port;
    bool has_port;
    const char *state; /* NULL: nothing is kept */
    char state_path[PATH_TEXT_MAX];
    char control_path[PATH_TEXT_MAX + 8]; /* "": none, because nothing is kept */
    int64_t control_port;                 /* -1: none; 0: a free one */
    const char *faults;                   /* a file; NULL: none */
    const char *bars;                     /* a directory; NULL: none */
    const char *at;                       /* the text of --at */
    const char *advisor;                  /* the number of the login; NULL: none */
    char accounts[ACCOUNTS_TEXT_MAX];     /* with the advisor's in front */
    bool is_memory, wants_help;
    struct paper_config paper; /* its texts are those of the arguments, or above */
};

/* All of --help, to standard output. */
void paper_options_help(void);
/* Reads the arguments behind `paper`. False with *e (INVALID, reason USAGE). */
bool paper_options_parse(struct paper_options *o, int count, char *const *args,
                         struct error *e) FALLIBLE;
/* Where the state of an exchange on that port is kept if nothing else is said. */
bool paper_options_state(int64_t port, char out[PATH_TEXT_MAX], struct error *e) FALLIBLE;
/* Only the options that say which exchange is meant (--port, --socket, --state, --ctl), for ctl:
 * returns how many arguments they took, or -1 with *e. */
int paper_options_which(struct paper_options *o, int count, char *const *args, struct error *e);

#endif
