/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPECTL_OUTPUT_H
#define IPECTL_OUTPUT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* "ipectl: ..." and a newline on standard error. */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* As complain(), and ends the program: it could not decide. */
_Noreturn void give_up(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* What to do about an errno, as half a sentence. */
const char *error_advice(int error);

/* The errno's name, such as "EACCES"; never NULL. */
const char *error_name(int error);

/* "passed", "not-asked" or the errno's name. */
const char *answer_name(int answer);

/* @ret has room for twice @len and a NUL. */
void format_hex(char *ret, const void *bytes, size_t len);

/*
 * Whatever a terminal would not show as it is becomes a C escape sequence, and a backslash two, so
 * that a file name can neither command a terminal nor look like another line.
 */
void print_escaped(FILE *out, const char *bytes, size_t len);

/* As print_escaped(); "unknown" for NULL. */
void print_name(const char *name);

/* These take over @value, which may be NULL only for want of memory. */
void json_put(json_t *object, const char *key, json_t *value);
void json_add(json_t *array, json_t *value);

/* null for NULL. */
void json_put_string(json_t *object, const char *key, const char *text);

/*
 * Bytes of unknown encoding: @key is their text; where they are not UTF-8, each byte above 0x7f is
 * U+FFFD in it and KEY_hex holds all of them exactly.
 */
void json_put_bytes(json_t *object, const char *key, const char *bytes, size_t len);
/* Likewise for what ends with a NUL; null for NULL. */
void json_put_name(json_t *object, const char *key, const char *name);
void json_put_hex(json_t *object, const char *key, const void *bytes, size_t len);

/* On one line, without a newline. */
void json_print(const json_t *value);

#define OUTPUT_BUFFER ((size_t)1 << 16)

/* Writes what was printed so far; false if that fails, or failed before. */
bool flush_output(void);

/* Whether everything that was printed has been written; complains if not. */
bool close_output(void);

#endif
