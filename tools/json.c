/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdlib.h>
#include <string.h>

#include "output.h"

static const char replacement[] = "\xef\xbf\xbd";

void json_put(json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new(object, key, value) < 0)
		give_up("out of memory; free some and try again");
}

void json_add(json_t *array, json_t *value)
{
	if (json_array_append_new(array, value) < 0)
		give_up("out of memory; free some and try again");
}

void json_put_string(json_t *object, const char *key, const char *text)
{
	json_put(object, key, text ? json_string(text) : json_null());
}

static json_t *lossy_string(const char *bytes, size_t len)
{
	char *text = malloc(len * strlen(replacement) + 1);
	char *end = text;
	json_t *value;

	if (!text)
		return NULL;
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)bytes[i] < 0x80)
			*end++ = bytes[i];
		else
			end = mempcpy(end, replacement, strlen(replacement));
	value = json_stringn(text, (size_t)(end - text));
	free(text);
	return value;
}

void json_put_bytes(json_t *object, const char *key, const char *bytes, size_t len)
{
	json_t *text = json_stringn(bytes, len);
	char *hex_key;

	if (text) {
		json_put(object, key, text);
		return;
	}
	json_put(object, key, lossy_string(bytes, len));
	if (asprintf(&hex_key, "%s_hex", key) < 0)
		give_up("out of memory; free some and try again");
	json_put_hex(object, hex_key, bytes, len);
	free(hex_key);
}

void json_put_name(json_t *object, const char *key, const char *name)
{
	if (name)
		json_put_bytes(object, key, name, strlen(name));
	else
		json_put(object, key, json_null());
}

void json_put_hex(json_t *object, const char *key, const void *bytes, size_t len)
{
	char *text = malloc(2 * len + 1);

	if (!text)
		give_up("out of memory; free some and try again");
	format_hex(text, bytes, len);
	json_put(object, key, json_stringn(text, 2 * len));
	free(text);
}

void json_print(const json_t *value)
{
	/* ASCII only: nothing in it can command a terminal. */
	if (json_dumpf(value, stdout, JSON_COMPACT | JSON_ENSURE_ASCII) < 0 && !ferror(stdout))
		give_up("out of memory; free some and try again");
}
