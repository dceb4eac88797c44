/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef TAP_H
#define TAP_H

#include <stdbool.h>

void tap_plan(unsigned int first, unsigned int count);
void tap_result(bool ok, const char *format, ...) __attribute__((format(printf, 2, 3)));
void tap_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Ends the program when the test itself, not what it tests, does not work: no plan is fulfilled. */
void tap_abort(const char *what) __attribute__((noreturn));

#endif
