/* SPDX-License-Identifier: MIT */
/*
 * replay: runs a fuzz harness on stored inputs, without a fuzzer, so that every build of any
 * compiler tries them again.
 *
 * Arguments are files and directories. Each file is run whole and cut off after every byte: half
 * an input is what a peer that hangs up leaves behind. Each input is copied to memory of exactly
 * its size, so that AddressSanitizer sees the first byte read past it. Prints TAP, one test per
 * file; a harness that must refuse an input does so by returning, never by a crash.
 */
#include <assert.h>
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Larger files are cut off at this many places, evenly spread, instead of after every byte. */
enum { CUTS_MAX = 2048, INPUT_MAX = 1 << 24, PATH_MAX_BYTES = 1024 };

static size_t tests;
static size_t failures;

static void run_exact(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size ? size : 1);
    assert(copy);
    if (size) {
        memcpy(copy, data, size);
    }
    (void)LLVMFuzzerTestOneInput(copy, size);
    free(copy);
}

static void run_file(const char *path)
{
    static uint8_t data[INPUT_MAX];
    FILE *f = fopen(path, "rb");
    tests++;
    if (!f) {
        failures++;
        printf("not ok %zu - %s cannot be read\n", tests, path);
        return;
    }
    size_t size = fread(data, 1, sizeof data, f);
    (void)fclose(f);

    printf("# %s\n", path); /* after a crash this says which file it was */
    (void)fflush(stdout);
    size_t step = size / CUTS_MAX + 1;
    size_t runs = 1;
    for (size_t cut = 0; cut < size; cut += step) {
        run_exact(data, cut);
        runs++;
    }
    run_exact(data, size);
    printf("ok %zu - %s, %zu inputs\n", tests, path, runs);
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static void run_path(const char *path)
{
    struct stat st;
    if (stat(path, &st) != 0 || !S_ISDIR(st.st_mode)) {
        run_file(path);
        return;
    }
    struct dirent **entries = NULL;
    int n = scandir(path, &entries, NULL, by_name);
    for (int i = 0; i < n; i++) {
        char file[PATH_MAX_BYTES];
        if (entries[i]->d_name[0] != '.') {
            (void)snprintf(file, sizeof file, "%s/%s", path, entries[i]->d_name);
            run_file(file);
        }
        free(entries[i]);
    }
    free(entries);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        run_path(argv[i]);
    }
    printf("1..%zu\n", tests);
    return failures == 0 && tests > 0 ? 0 : 1;
}
