/* SPDX-License-Identifier: MIT */
/* test: what the tests of data/ share. */
#ifndef PORTCULLIS_TESTS_UNIT_DATA_TEST_H
#define PORTCULLIS_TESTS_UNIT_DATA_TEST_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/limits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

static inline void assert_str(struct str got, const char *want)
{
    if (!str_eq(got, str_of(want))) {
        print_error("got:  " STR_FMT "\nwant: %s\n", STR_ARG(got), want);
        fail();
    }
}

static inline bool contains(const char *text, const char *part)
{
    if (strstr(text, part))
        return true;
    print_error("'%s' is not in: %s\n", part, text);
    return false;
}

#endif
