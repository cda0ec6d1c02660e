/* SPDX-License-Identifier: MIT */
/*
 * people: those who use the product in a simulated life: a script and a person on the command line,
 * two assistants over MCP, two programs over HTTP, one with limits of its own, and two automation
 * rules. Several questions may be open at once. What is asked and answered is told to the watcher.
 */
#ifndef PORTCULLIS_SIM_PEOPLE_H
#define PORTCULLIS_SIM_PEOPLE_H

#include "../kit/ask.h"
#include "watcher.h"

enum {
    PEOPLE_OPEN_MAX = 12,
    PEOPLE_ARGS_MAX = 9,
    PEOPLE_EARLIER_MAX = 16,
    PEOPLE_TICKETS_MAX = 16,
    PEOPLE_PRINCIPAL_MAX = 64,
    PEOPLE_ASSISTANTS = 2,
    PEOPLE_CLI_MAX = 5 /* of the questions that are open; the world has few places */
};

enum who {
    WHO_SCRIPT,
    WHO_CLAUDE,
    WHO_OTHER,
    WHO_PROGRAM,
    WHO_SHEET, /* a program whose token has limits of its own */
    WHO_DIP,   /* rules */
    WHO_TRIM,
    WHO_PERSON,
    WHO_COUNT
};

enum verb {
    VERB_MARKET,
    VERB_LIMIT,
    VERB_BRACKET,
    VERB_STOP,
    VERB_MOVE_STOP,
    VERB_MODIFY,
    VERB_PREVIEW,
    VERB_SUBMIT,
    VERB_CANCEL,
    VERB_KILL,
    VERB_RELEASE,
    VERB_TRADING,
    VERB_APPROVE,
    VERB_DECLINE,
    VERB_TOKEN_ADD,
    VERB_TOKEN_REVOKE,
    VERB_QUOTES,
    VERB_SAFETY,
    VERB_PORTFOLIO,
    VERB_ORDERS,
    VERB_EXECUTIONS,
    VERB_COUNT
};

enum arg_kind { ARG_TEXT, ARG_NUMBER, ARG_TRUE, ARG_FALSE };

struct demand_arg {
    const char *name; /* as in JSON; the flag has '-' for '_' */
    enum arg_kind kind;
    char value[48];
};

/* One question: an operation with its arguments. */
struct demand {
    enum verb verb;
    enum who who;
    struct demand_arg args[PEOPLE_ARGS_MAX];
    size_t count;
    int request;         /* number; 0: changes nothing */
    int key;             /* number of its idempotency key; 0: none */
    bool is_typed_wrong; /* the PIN */
    bool is_foreign;     /* submits what was shown to somebody else, or to nobody */
};

/* What somebody was shown, and may submit. */
struct ticket_seen {
    enum who who;
    int request, key;
    char id[48];
    int64_t number; /* of its approval; 0: no person was asked */
};

struct open_question {
    bool is_used, is_mcp;
    struct demand demand;
    struct ask ask;
    struct answer answer;
    size_t assistant;
    int64_t id;   /* MCP */
    int releases; /* of that switch or state, that had been asked for when it was asked */
    int sets;     /* of the clock, by then */
    struct instant at;
};

struct people {
    struct world *w;
    struct watcher *v;
    struct assistant assistants[PEOPLE_ASSISTANTS];
    struct open_question open[PEOPLE_OPEN_MAX];
    struct demand earlier[PEOPLE_EARLIER_MAX]; /* the newest orders, a ring */
    size_t earlier_count;
    struct ticket_seen tickets[PEOPLE_TICKETS_MAX]; /* the newest, a ring */
    size_t ticket_count;
    char sheet[24], sheet_token[72]; /* the name and secret of the sheet's token; "": none */
    int sheets;                      /* that were made */
    int requests, keys;              /* how many numbers were given out */
    struct arena *arena;
    struct buf text;
    bool is_talking; /* prints what happens */
    uint64_t asked, answered, denied, gone, granted;
};

void people_init(struct people *p, struct world *w, struct watcher *v, bool is_talking);
void people_fini(struct people *p);

/* Adds an argument. */
void demand_add(struct demand *d, const char *name, enum arg_kind kind, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* The value of an argument; NULL if it was not added. */
const char *demand_get(const struct demand *d, const char *name);
/* The next number for an order or a change; the key's with it if wanted. 0 once all are used. */
int people_number(struct people *p, struct demand *d, bool with_key);
/* Asks. False if nobody could: the app is down, or too much is open. */
bool people_ask(struct people *p, const struct demand *d);
/* The n-th newest of what was shown, 0 the newest; those alone for which a person was asked if
 * `asked`. NULL if there is none. */
const struct ticket_seen *people_ticket(const struct people *p, size_t n, bool asked);
/* As whom the gate knows them. */
void people_principal(const struct people *p, enum who who, char out[PEOPLE_PRINCIPAL_MAX]);
/* A token for the sheet with such limits is being asked for. False if it cannot have another. */
bool people_token(struct people *p, struct demand *d, int max_value, int max_orders);
/* Lets ms pass; answers are taken when they come. False once something is broken. */
bool people_pass(struct people *p, int64_t ms);
/* All questions have been answered, or those who would answer are gone. */
bool people_are_silent(const struct people *p);
/* The app has died: what was open stays unanswered. */
void people_lose(struct people *p);
/*
 * Asks as the script and waits; the answer as JSON in p->arena, good until the next question. NULL
 * if there was none within ms.
 */
const struct json *people_question(struct people *p, const char *line, int64_t ms);

/* ---- for the parts of people ---- */
const char *people_name(enum who who);
int64_t people_number_in(const struct demand *d, const char *name);
/* What a kill switch, or a release, is about. */
struct seen_kill *people_kill_of(struct people *p, const struct demand *d);
bool people_takes_stops(const struct demand *d);
/* The person types the right PIN if asked. */
bool people_types_pin(const struct demand *d);
/* people_hear.c: takes the answer; j may be NULL. */
void people_take(struct people *p, const struct open_question *q, const struct json *j,
                 bool failed);

#endif
