/* SPDX-License-Identifier: MIT */
/*
 * story: a scenario while it is told. The language is described in tests/scenario/README.md; each
 * of its words is a row of one of three tables: what happens to the world (words_world.c), what is
 * asked (words_ask.c), and what must be true (words_check.c). scenario.c reads the lines.
 */
#ifndef PORTCULLIS_KIT_STORY_H
#define PORTCULLIS_KIT_STORY_H

#include "ask.h"
#include "data/json.h"

enum {
    STORY_VARIABLES_MAX = 64,
    STORY_ASSISTANTS_MAX = 4,
    STORY_PROBLEM_MAX = 4096,
    STORY_BYTES_MAX = 256 << 10
};

enum answer_kind { ANSWER_NONE, ANSWER_CLI, ANSWER_HTTP, ANSWER_MCP, ANSWER_RAW, ANSWER_SETTINGS };

struct story {
    const char *file;
    int line;
    bool is_verbose;
    struct str rest_of_file; /* lines not read yet; a block takes its own from here */
    struct world_config config;
    struct world *w; /* made at the first word that needs it */
    char store_dir[64], store_path[96];
    struct arena *arena; /* of the whole story */
    struct {
        struct str name, value;
    } variables[STORY_VARIABLES_MAX];
    size_t variable_count;
    struct http_pair headers[ASK_HEADERS_MAX]; /* of the next request */
    size_t header_count;
    struct {
        char name[16];
        struct assistant connection;
    } assistants[STORY_ASSISTANTS_MAX];
    /* the newest answer */
    enum answer_kind kind;
    struct answer answer;
    struct arena *answer_arena;
    const struct json *json; /* of the answer, if it is JSON */
    bool is_failure;         /* a refusal, an error, an exit status */
    bool is_unexpected;      /* and nobody has said yet that it should be */
    struct str typed;        /* what the next person types at prompts; STR_NONE: the PIN */
    struct str question;     /* the step that asked, to ask it again */
    /* a question in the background */
    struct ask behind;
    struct answer behind_answer;
    enum answer_kind behind_kind;
    struct error settings_error;
    char problem[STORY_PROBLEM_MAX]; /* what was expected and what was seen */
};

/* A word of the language. Returns false with story->problem filled. */
struct story_word {
    const char *name;
    bool (*run)(struct story *s, struct str rest);
    bool is_check;  /* says what must be true, changes nothing */
    bool is_answer; /* a check of the newest answer */
};
extern const struct story_word words_world[], words_ask[], words_check[]; /* ended by {NULL} */

/* Fills the problem; always false. */
bool story_fail(struct story *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Runs one line whose variables are filled in already. */
bool story_step(struct story *s, struct str line);
bool story_set_variable(struct story *s, struct str name, struct str value);
/* Looks at an answer that has come: parses it, decides whether it is a failure. */
void story_take_answer(struct story *s, enum answer_kind kind);
/* False if the newest answer is a failure that no step expected. */
bool story_was_expected(struct story *s);

/* ---- taking words apart ---- */
/* The next word, without the spaces around it; STR_NONE at the end. */
struct str story_word(struct str *rest);
/* "500ms", "10s", "5m", "2h", "1d" in milliseconds. */
bool story_duration(struct story *s, struct str word, int64_t *ms);
bool story_number(struct story *s, struct str word, int64_t *n);
/* Text: a JSON string, or everything as it stands. */
bool story_text(struct story *s, struct str rest, struct str *out);

#endif
