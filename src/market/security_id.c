/* SPDX-License-Identifier: MIT */
#include "market/security_id.h"

enum { ISIN_LENGTH = 12, CUSIP_LENGTH = 9, FIGI_LENGTH = 12, NO_VALUE = -1 };

/* 0..9 for digits, 10..35 for letters. */
static int value_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'A' && c <= 'Z' ? c - 'A' + 10 : NO_VALUE;
}

/*
 * The check digit of CUSIP and FIGI: every second character counts twice, and of each value the
 * digits are added up.
 */
static bool fits_by_character(struct str s)
{
    int sum = 0, last = value_of(s.p[s.n - 1]);
    for (size_t i = 0; i + 1 < s.n; i++) {
        int v = value_of(s.p[i]);
        if (v == NO_VALUE)
            return false;
        v *= i % 2 ? 2 : 1;
        sum += v / 10 + v % 10;
    }
    return last >= 0 && last <= 9 && (sum + last) % 10 == 0;
}

/* The check digit of ISO 6166: letters count as two digits, then every second digit counts twice.
 */
static bool fits_by_digit(struct str s)
{
    int digits[2 * ISIN_LENGTH], n = 0, sum = 0;
    for (size_t i = 0; i < s.n; i++) {
        int v = value_of(s.p[i]);
        if (v == NO_VALUE)
            return false;
        if (v > 9)
            digits[n++] = v / 10;
        digits[n++] = v % 10;
    }
    for (int i = 0; i < n; i++) {
        int d = digits[n - 1 - i] * (i % 2 ? 2 : 1);
        sum += d / 10 + d % 10;
    }
    return sum % 10 == 0;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

const char *security_id_type(struct str text)
{
    if (text.n == FIGI_LENGTH && str_starts(text, STR("BBG")))
        return fits_by_character(text) ? "FIGI" : NULL;
    if (text.n == ISIN_LENGTH && !is_digit(text.p[0]) && !is_digit(text.p[1]) &&
        is_digit(text.p[text.n - 1]))
        return fits_by_digit(text) ? "ISIN" : NULL;
    if (text.n == CUSIP_LENGTH)
        return fits_by_character(text) ? "CUSIP" : NULL;
    return NULL;
}
