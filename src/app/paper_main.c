/* SPDX-License-Identifier: MIT */
#include "app/paper_main.h"

#include "app/calendar_main.h"
#include "app/paper_ctl.h"
#include "app/paper_options.h"
#include "app/paper_serve.h"
#include "instruments.h" /* made by the build from data/instruments.csv */
#include "sys/logfile.h"

#include <stdio.h>
#include <string.h>

enum { LOG_MAX = 1 << 20 }; /* asked for, but standard error is never turned over */

struct str paper_main_instruments(void)
{
    return (struct str){(const char *)instruments_csv, sizeof instruments_csv};
}

int paper_main(int count, char *const *args)
{
    struct paper_options o;
    struct error e = {0};
    if (count > 0 && !strcmp(args[0], "ctl"))
        return paper_ctl(count - 1, args + 1);
    if (count > 0 && !strcmp(args[0], "--calendar"))
        return calendar_main(count, args);
    if (!paper_options_parse(&o, count, args, &e)) {
        fprintf(stderr, "portcullis paper: %s; see portcullis paper --help\n", e.text);
        return 2;
    }
    if (o.wants_help) {
        paper_options_help();
        return 0;
    }
    struct logfile *logs = logfile_open(NULL, LOG_LEVEL_INFO, LOG_MAX, &e);
    if (!logs) {
        fprintf(stderr, "portcullis paper: %s\n", e.text);
        return 1;
    }
    struct log log = {logfile_sink(logs), "paper"};
    o.paper.log = log;
    bool ok = paper_serve(&o, log, &e);
    logfile_close(logs);
    if (!ok)
        fprintf(stderr, "portcullis paper: %s%s%s\n", e.text, e.next[0] ? "; " : "", e.next);
    return ok ? 0 : 1;
}
