/* SPDX-License-Identifier: MIT */
/*
 * The walk works on a copy of the body. Texts of a decoded message borrow from it, so changing
 * them there changes the frame in place; only a text that was unescaped into the arena, and
 * unknown fields, make it necessary to write the frame anew.
 */
#include "wire/mask.h"

#include "wire/message.h"
#include "wire/proto_codec.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* Fields whose whole text says who somebody is. */
static const char *const names_of_people[] = {
    "submitter", "customerAccount", "clearingAccount", "faGroup",      "faProfile",    "modelCode",
    "apiName",   "ownerName",       "whiteBrandingId", "settlingFirm", "familyCodeStr"};

struct walk {
    struct wire_mask *mask;
    char *copy; /* of the body */
    size_t n;
    bool is_outside; /* a text that does not lie in the copy was changed */
    struct arena *arena;
};

/* ---- account numbers ---- */

static bool is_letter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Length of the account number that begins at p; 0 if none does. *digits: where its digits are. */
static size_t account_at(const char *p, size_t n, size_t *digits)
{
    static const struct str kinds[] = {{"DUH", 3}, {"DU", 2}, {"DF", 2}, {"DI", 2},
                                       {"U", 1},   {"F", 1},  {"I", 1}};
    enum { DIGITS_MIN = 5, DIGITS_MAX = 9 };
    struct str s = {p, n};
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        size_t end = kinds[k].n;
        if (!str_starts(s, kinds[k]))
            continue;
        while (end < n && is_digit(p[end]))
            end++;
        *digits = kinds[k].n;
        size_t count = end - *digits;
        if (count < DIGITS_MIN || count > DIGITS_MAX)
            return 0;
        size_t behind = end + (end < n && p[end] == 'A'); /* all accounts of an adviser */
        return behind < n && (is_letter(p[behind]) || is_digit(p[behind])) ? 0 : end;
    }
    return 0;
}

static size_t number_of(struct wire_mask *m, struct str account)
{
    for (size_t i = 0; i < m->n; i++)
        if (str_eq(account, STR_NAME(m->seen[i])))
            return i + 1;
    if (m->n == WIRE_MASK_ACCOUNTS)
        return m->n;
    bool fits = str_copy(m->seen[m->n], WIRE_MASK_WIDTH, account);
    assert(fits);
    return ++m->n;
}

void wire_mask_text(struct wire_mask *m, char *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        size_t digits;
        size_t length = account_at(p + i, n - i, &digits);
        if (length == 0 || (i > 0 && (is_letter(p[i - 1]) || is_digit(p[i - 1]))))
            continue;
        size_t number = number_of(m, (struct str){p + i, length});
        for (size_t k = length; k-- > digits; number /= 10)
            p[i + k] = (char)('0' + number % 10);
        i += length - 1;
    }
}

static void mask_name(char *p, size_t n)
{
    bool is_markup = false; /* names of elements may stay */
    for (size_t i = 0; i < n; i++) {
        is_markup = p[i] == '<' || (is_markup && p[i] != '>');
        if (!is_markup && (is_letter(p[i]) || is_digit(p[i]) || (unsigned char)p[i] >= 0x80))
            p[i] = 'x';
    }
}

/* ---- the walk; its depth is that of the tables ---- */

static void mask_str(struct walk *k, struct str *s, bool is_name)
{
    size_t at = (size_t)((uintptr_t)s->p - (uintptr_t)k->copy);
    char *p;
    if (s->n == 0)
        return;
    if (at < k->n) {
        p = k->copy + at;
    } else {
        if (!arena_has(k->arena, s->n + 1))
            return;
        p = arena_alloc(k->arena, s->n + 1);
        memcpy(p, s->p, s->n);
    }
    struct str before = *s;
    if (is_name)
        mask_name(p, s->n);
    else
        wire_mask_text(k->mask, p, s->n);
    if (at >= k->n && !str_eq(before, (struct str){p, s->n})) {
        s->p = p;
        k->is_outside = true;
    }
}

static bool is_name(const struct wire_proto *t, const struct wire_proto_field *f)
{
    for (size_t i = 0; i < sizeof names_of_people / sizeof *names_of_people; i++)
        if (strcmp(f->name, names_of_people[i]) == 0)
            return true;
    return strcmp(f->name, "xml") == 0 && strcmp(t->name, "ScannerParameters") != 0; /* FA data */
}

static void mask_message(struct walk *k, const struct wire_proto *t, char *base);

static void mask_list(struct walk *k, const struct wire_proto_field *f, struct proto_list *list,
                      bool is_a_name)
{
    for (size_t i = 0; i < list->n; i++) {
        if (f->kind == WIRE_KIND_STRINGS) {
            mask_str(k, &((struct str *)list->items)[i], is_a_name);
        } else if (f->kind == WIRE_KIND_MAP) {
            mask_str(k, &((struct wire_tag *)list->items)[i].tag, false);
            mask_str(k, &((struct wire_tag *)list->items)[i].value, is_a_name);
        } else if (f->kind == WIRE_KIND_LIST) {
            mask_message(k, f->part, (char *)list->items + i * f->part->size);
        }
    }
}

static void mask_message(struct walk *k, const struct wire_proto *t, char *base)
{
    for (size_t i = 0; i < t->count; i++) {
        const struct wire_proto_field *f = &t->fields[i];
        void *member = base + f->offset;
        switch ((enum wire_kind)f->kind) {
        case WIRE_KIND_STRING:
        case WIRE_KIND_OPTIONS:
            mask_str(k, member, is_name(t, f));
            break;
        case WIRE_KIND_PART:
            mask_message(k, f->part, member);
            break;
        case WIRE_KIND_LIST:
        case WIRE_KIND_STRINGS:
        case WIRE_KIND_MAP:
            mask_list(k, f, member, is_name(t, f));
            break;
        default:
            break;
        }
    }
}

/* The body of the frame that was just appended: its length goes. */
static void cut_length(struct buf *out, size_t start)
{
    enum { LENGTH = 4 };
    memmove(out->p + start, out->p + start + LENGTH, out->n - start - LENGTH);
    buf_cut(out, out->n - LENGTH);
}

bool wire_mask(struct wire_mask *m, enum wire_direction direction, struct str body, int version,
               struct arena *arena, struct buf *out, struct error *e)
{
    struct wire_any any;
    if (!arena_has(arena, body.n + 1))
        return error_set(e, ERROR_LIMIT, "TOO_LARGE", "no memory is left for it");
    struct walk k = {
        .mask = m, .copy = arena_alloc(arena, body.n + 1), .n = body.n, .arena = arena};
    if (body.n)
        memcpy(k.copy, body.p, body.n);
    if (!wire_decode(direction, (struct str){k.copy, k.n}, version, arena, &any, e))
        return false;
    /* what was decoded is in our arena and nobody else's */
    union {
        const void *decoded;
        char *ours;
    } same = {.decoded = any.message};
    if (any.message)
        mask_message(&k, wire_proto_of(direction, any.id), same.ours);
    if (!k.is_outside && !any.skipped)
        return buf_add(out, k.copy, k.n) ||
               error_set(e, ERROR_LIMIT, "TOO_LARGE", "the frame does not fit");
    size_t start = out->n;
    if (!wire_encode_again(&any, version, out, e))
        return false;
    cut_length(out, start);
    return true;
}
