/* SPDX-License-Identifier: MIT */
/*
 * xml: reads a document piece by piece, without building a tree.
 *
 * Enough of XML 1.0 for what brokers send: elements, attributes, text, CDATA, comments, processing
 * instructions, the five named entities and numbered characters. A document type is refused, so no
 * entity can be defined; depth, names and the number of pieces have bounds. The encoding is UTF-8.
 * Namespaces are not interpreted: a name is what is written.
 */
#ifndef PORTCULLIS_DATA_XML_H
#define PORTCULLIS_DATA_XML_H

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

enum { XML_DEPTH_MAX = 64, XML_NAME_MAX = 128 };

enum xml_piece {
    XML_OPEN,  /* <name ...>; an empty element is opened and closed */
    XML_TEXT,  /* between two tags; white space alone is passed over */
    XML_CLOSE, /* </name> */
    XML_END    /* of the document */
};

struct xml {
    enum xml_piece piece;
    struct str name;       /* of XML_OPEN and XML_CLOSE */
    struct str attributes; /* of XML_OPEN: as written; see xml_attribute */
    struct str text;       /* of XML_TEXT: as written; see xml_text */
    bool is_cdata;         /* text without entities */
    size_t depth;          /* open elements, the one just opened included */
    struct str all, rest;  /* private from here */
    struct str names[XML_DEPTH_MAX];
    bool is_empty_element, has_root;
};

/* Everything that is handed out borrows from the document. */
void xml_init(struct xml *x, struct str document);
/* The next piece; false with ERROR_INVALID, reason XML, and the place in the document. */
bool xml_next(struct xml *x, struct error *e) FALLIBLE;
/* Passes over the rest of the element that was just opened, with all that is in it. */
bool xml_skip(struct xml *x, struct error *e) FALLIBLE;

/* The text with its entities replaced, in the arena where something had to be; what is no entity
 * stays as it is. */
struct str xml_text(struct str raw, struct arena *a);
/* The value of an attribute of the element just opened, as xml_text; STR_NONE if it has none. */
struct str xml_attribute(const struct xml *x, const char *name, struct arena *a);

#endif
