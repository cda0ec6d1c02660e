/* SPDX-License-Identifier: MIT */
#include "model/account.h"

#include "model/words.h"

static const char *const modes[] = {
    [MODE_UNKNOWN] = "unknown",
    [MODE_PAPER] = "paper",
    [MODE_LIVE] = "live",
};

static bool all_digits(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    return s.n > 0;
}

/* Anything that is neither form is unknown, and unknown is treated with the care of live. */
enum account_mode account_mode_of(struct str account_id)
{
    struct str id = account_id;
    if (str_starts(id, STR("DU")) || str_starts(id, STR("DF"))) {
        size_t digits_from = id.n > 2 && id.p[2] == 'H' ? 3 : 2;
        return all_digits(str_sub(id, digits_from, id.n)) ? MODE_PAPER : MODE_UNKNOWN;
    }
    bool is_live_letter = id.n > 1 && (id.p[0] == 'U' || id.p[0] == 'F' || id.p[0] == 'I');
    if (is_live_letter && all_digits(str_sub(id, 1, id.n)))
        return MODE_LIVE;
    return MODE_UNKNOWN;
}

const char *account_mode_text(enum account_mode m)
{
    return words_text(modes, sizeof modes / sizeof modes[0], m);
}
