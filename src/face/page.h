/* SPDX-License-Identifier: MIT */
/*
 * page: where a person says yes or no in a browser on this machine.
 *
 * The page is made of the operations that approve (OP_APPROVE): the first of them, asked without
 * arguments, lists what waits; each is a button of every row, which leads with its headline and its
 * notices;
 * "?approval=12" shows that one alone. Its path holds core->page_key, which is new with
 * every start and goes to those alone who could use the local socket or trade; that opens the page,
 * and decides nothing. A decision wants the PIN, typed into the form, which is checked, counted and
 * locked as at a terminal (guard/pin.h).
 *
 * Enter in a field decides nothing: the first button of each form, which browsers press then, is
 * one that cannot be pressed.
 *
 * No script, no cookie, nothing from outside: there is no authority that another site's page could
 * borrow. Only from this machine, and only forms of our own origin.
 */
#ifndef PORTCULLIS_FACE_PAGE_H
#define PORTCULLIS_FACE_PAGE_H

#include "face/rest_inside.h"

/* What the path takes; NULL if it is not that of the page. */
const char *page_allow(const struct exchange *x);
/* Answers it; false if it is another path or method. May suspend. */
bool page_answer(struct exchange *x);

#endif
