/* SPDX-License-Identifier: MIT */
/*
 * start: how long a program takes from its start to its first answer, or to its end.
 *
 *   start answer ROW COUNT COMMAND...  to the answer of `initialize`; the program is then ended
 *   start end ROW COUNT COMMAND...     to the end of a command whose output is a portfolio
 *
 * The programs lie in the page cache. Reports ROW.p50 and ROW.p99 in us.
 */
#include "kit/child.h"
#include "kit/measure.h"

#include <string.h>

static int64_t time_to_answer(char *const command[])
{
    struct child c;
    int64_t begin = measure_now();
    child_start(&c, command);
    child_initialize(&c);
    int64_t end = measure_now();
    child_end(&c);
    return end - begin;
}

static int64_t time_to_end(char *const command[])
{
    struct child c;
    int64_t begin = measure_now();
    child_start(&c, command);
    while (child_read(&c))
        continue;
    int64_t end = measure_now(); /* of the output: the answer is complete */
    measure_check_portfolio((struct str){c.bytes, c.end});
    child_end(&c);
    return end - begin;
}

int main(int argc, char **argv)
{
    if (argc < 5 || (strcmp(argv[1], "answer") != 0 && strcmp(argv[1], "end") != 0))
        measure_die("usage: start answer|end ROW COUNT COMMAND...");
    bool to_end = strcmp(argv[1], "end") == 0;
    size_t count = (size_t)measure_number(argv[3], 1, 10000);
    struct samples s;
    samples_init(&s, count);
    (void)(to_end ? time_to_end : time_to_answer)(argv + 4); /* warm caches */
    for (size_t i = 0; i < count; i++)
        samples_add(&s, (to_end ? time_to_end : time_to_answer)(argv + 4));
    report_samples(argv[2], &s);
    samples_fini(&s);
    return 0;
}
