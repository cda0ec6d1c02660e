/* SPDX-License-Identifier: MIT */
/* arm: a fault of the paper exchange in one call, for tests: arm(paper, now, "stall %d", ms). */
#ifndef PORTCULLIS_KIT_ARM_H
#define PORTCULLIS_KIT_ARM_H

#include "paper/paper.h"

#include <stdio.h>

/* False, with the reason on stderr, if the exchange does not accept the line. */
__attribute__((format(printf, 3, 4))) static inline bool arm(struct paper *p, struct moment now,
                                                             const char *fmt, ...)
{
    char line[256];
    struct error e = {0};
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(line, sizeof line, fmt, ap);
    va_end(ap);
    if (paper_fault(p, str_of(line), now, &e))
        return true;
    fprintf(stderr, "fault '%s': %s\n", line, e.text);
    return false;
}

#endif
