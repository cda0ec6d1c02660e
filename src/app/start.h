/* SPDX-License-Identifier: MIT */
/*
 * start: what the daemon is told at its start, and where it keeps things: flags, the environment,
 * portcullis.yaml. The daemon starts from it, and `portcullis doctor` looks at the same.
 */
#ifndef PORTCULLIS_APP_START_H
#define PORTCULLIS_APP_START_H

#include "ops/settings.h"
#include "sys/paths.h"

enum { START_FLAGS_MAX = 32, START_PATH_MAX = PATH_TEXT_MAX + 32 };

/* Paths by paths_find, settings by settings_init; all other zero. */
struct start {
    struct paths paths;
    struct settings settings;
    const char *config_file; /* as given; NULL: the usual place, if there is one */
    const char *assignments[START_FLAGS_MAX];
    size_t assignment_count;
    bool logs_to_stderr, only_check;
};

/* Takes the flags, without the program's name; texts are borrowed. False: a flag is not
 * understood. */
bool start_parse(struct start *s, int argc, char **argv, struct error *e) FALLIBLE;
/* The settings from all their sources, checked. */
bool start_read(struct start *s, struct error *e) FALLIBLE;
/* Where the file of settings is, or would be. */
void start_config_path(const struct start *s, char out[START_PATH_MAX]);
/* The directory of the state for this kind of broker and mode: histories never mix. */
const char *start_state_name(const struct settings_values *v);

#endif
