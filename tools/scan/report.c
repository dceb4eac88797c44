/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "output.h"
#include "scan.h"

/* One reason; @signature NULL if nothing but a script tells. */
typedef void take_reason(void *context, const char *kind, const char *signature, const char *what);

static void tell_of_signature(const struct file *file, size_t signature, take_reason *take,
			      void *context)
{
	const struct signature *known = &signatures[signature];
	uint8_t hints = file->image.hints[signature];
	int strings = __builtin_popcount(file->image.strings[signature]);

	for (size_t i = 0; i < file->image.needed_count && (hints & HINT_NEEDED); i++)
		if (needs(file->image.needed[i], known))
			take(context, "needed", known->name, file->image.needed[i]);
	if (hints & HINT_LIBRARY)
		take(context, "library", known->name, NULL);
	if (hints & HINT_SYMBOL)
		take(context, "symbol", known->name, NULL);
	if (strings > 0) {
		char *count = format_text("%d", strings);

		take(context, "strings", known->name, count);
		free(count);
	}
	if (hints & HINT_NAME)
		take(context, "name", known->name, NULL);
}

static void tell_reasons(const struct file *file, take_reason *take, void *context)
{
	for (size_t i = 0; i < SIGNATURE_COUNT; i++)
		if (i != SIGNATURE_GATE && holds(&file->image, i))
			tell_of_signature(file, i, take, context);
	if (file->image.needs_shim)
		take(context, "needed", NULL, file->image.needed[0]);
	if (file->scripts > 0)
		take(context, "script", NULL, file->script);
	if (file->twin)
		take(context, "build", NULL, file->twin->names[0]);
}

static void print_reason(void *context, const char *kind, const char *signature, const char *what)
{
	bool *later = context;

	fputs(*later ? "; " : "                               ", stdout);
	*later = true;
	if (strcmp(kind, "needed") == 0)
		fputs("needs ", stdout);
	else if (strcmp(kind, "library") == 0)
		printf("a library of it holds %s", signature);
	else if (strcmp(kind, "symbol") == 0)
		printf("has functions of %s", signature);
	else if (strcmp(kind, "strings") == 0)
		printf("has strings of %s: ", signature);
	else if (strcmp(kind, "name") == 0)
		printf("is called as %s", signature);
	else if (strcmp(kind, "script") == 0)
		fputs("a script names it: ", stdout);
	else
		fputs("is the same build as ", stdout);
	if (what)
		print_name(what);
}

static void print_kinds(const struct file *file)
{
	const char *separator = "";
	int width = 0;

	for (size_t i = 0; i < SIGNATURE_COUNT; i++) {
		if (i == SIGNATURE_GATE || !holds(&file->image, i))
			continue;
		width += printf("%s%s", separator, signatures[i].name);
		separator = ",";
	}
	if (width == 0)
		width = printf("%s", file->image.noted ? file->image.noted : "unknown");
	printf("%*s", width < 13 ? 13 - width : 1, "");
}

static void print_file(const struct file *file)
{
	bool later = false;

	printf("%-15s  ", state_name(file->state));
	print_kinds(file);
	print_name(file->names[0]);
	putchar('\n');
	for (size_t i = 1; i < file->name_count; i++) {
		printf("%31s= ", "");
		print_name(file->names[i]);
		putchar('\n');
	}
	tell_reasons(file, print_reason, &later);
	putchar('\n');
	if (strcmp(state_advice(file), NOTHING_TO_DO) != 0)
		printf("%31s%s\n", "", state_advice(file));
}

void print_table(const struct scan *scan)
{
	size_t count = 0, open = 0, supervised = 0, without = 0;

	for (size_t i = 0; i < scan->file_count; i++) {
		const struct file *file = scan->files[i];

		if (!found_interpreter(file))
			continue;
		if (count++ == 0)
			printf("%-15s  %-13s%s\n", "STATE", "INTERPRETER", "FILE");
		open += file->state == STATE_OPEN;
		supervised += file->state == STATE_SUPERVISED;
		without += file->state == STATE_WITHOUT_SHIM;
		print_file(file);
	}
	printf("%zu interpreters: %zu open, %zu supervised only", count, open, supervised);
	if (without > 0)
		printf(", %zu without the shim that they need", without);
	putchar('\n');
}

static void put_reason(void *context, const char *kind, const char *signature, const char *what)
{
	json_t *reason = json_object();

	json_put_string(reason, "kind", kind);
	json_put_string(reason, "interpreter", signature);
	json_put_name(reason, "what", what);
	json_add(context, reason);
}

static json_t *names_of(const struct file *file)
{
	json_t *names = json_array();

	for (size_t i = 0; i < file->name_count; i++) {
		json_t *name = json_object();

		json_put_name(name, "path", file->names[i]);
		json_add(names, name);
	}
	return names;
}

static json_t *kinds_of(const struct file *file)
{
	json_t *kinds = json_array();

	for (size_t i = 0; i < SIGNATURE_COUNT; i++)
		if (i != SIGNATURE_GATE && holds(&file->image, i))
			json_add(kinds, json_string(signatures[i].name));
	if (json_array_size(kinds) == 0 && file->image.noted)
		json_add(kinds, json_string(file->image.noted));
	return kinds;
}

static json_t *object_of(const struct file *file)
{
	const struct image *image = &file->image;
	json_t *object = json_object(), *reasons = json_array();

	tell_reasons(file, put_reason, reasons);
	json_put_name(object, "path", file->names[0]);
	json_put(object, "names", names_of(file));
	json_put_string(object, "state", state_name(file->state));
	json_put(object, "interpreters", kinds_of(file));
	json_put(object, "evidence", reasons);
	json_put_string(object, "advice", state_advice(file));
	json_put(object, "scripts", json_integer((json_int_t)file->scripts));
	json_put(object, "machine", json_integer(image->machine));
	json_put_name(object, "loader", image->loader);
	if (image->build_id_len > 0)
		json_put_hex(object, "build_id", image->build_id, image->build_id_len);
	else
		json_put_string(object, "build_id", NULL);
	json_put(object, "mode", json_integer((json_int_t)(file->mode & 07777)));
	return object;
}

void print_json(const struct scan *scan)
{
	json_t *array = json_array();

	for (size_t i = 0; i < scan->file_count; i++)
		if (found_interpreter(scan->files[i]))
			json_add(array, object_of(scan->files[i]));
	json_print(array);
	putchar('\n');
	json_decref(array);
}
