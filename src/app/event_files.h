/* SPDX-License-Identifier: MIT */
/*
 * event_files: the calendars and tables of events that a user has put into a directory, read each
 * time they are asked for: names that end in .ics and .csv, at most EVENT_FILES_MAX of them.
 */
#ifndef PORTCULLIS_APP_EVENT_FILES_H
#define PORTCULLIS_APP_EVENT_FILES_H

#include "ops/core.h"

enum { EVENT_FILES_MAX = 32, EVENT_PATH_MAX = 1024 };

struct event_directory {
    char path[EVENT_PATH_MAX];
};

/* What to hand to the operations; valid while d is. */
struct event_files event_files_source(struct event_directory *d);

#endif
