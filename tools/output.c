/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

#include "ipe-enlighten.h"
#include "ipectl.h"
#include "output.h"

/* The first errno of writing to standard output. */
static int output_error;

static void complain_list(const char *format, va_list arguments)
	__attribute__((format(printf, 1, 0)));

static void complain_list(const char *format, va_list arguments)
{
	fputs("ipectl: ", stderr);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
}

void complain(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	complain_list(format, arguments);
	va_end(arguments);
}

void give_up(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	complain_list(format, arguments);
	va_end(arguments);
	exit(STATUS_UNDECIDED);
}

const char *error_advice(int error)
{
	switch (error) {
	case ENOENT:
	case ENOTDIR:
		return "correct the name";
	case EACCES:
	case EPERM:
		return "run ipectl as a user who may read it";
	case ELOOP:
		return "correct the symbolic links: they lead in a circle, or there are more than 40 "
		       "in the path";
	case ENAMETOOLONG:
		return "name it from a directory nearer to it";
	case ENOMEM:
	case EMFILE:
	case ENFILE:
		return "raise the limits on memory and open files and try again";
	case EIO:
		return "look for errors of the volume in the kernel log";
	default:
		return "see errno(3) and the manual page of openat(2)";
	}
}

const char *error_name(int error)
{
	const char *name = strerrorname_np(error);

	return name ? name : "unknown errno";
}

const char *answer_name(int answer)
{
	if (answer == IPE_PASSED)
		return "passed";
	return answer == 0 ? "not-asked" : error_name(-answer);
}

void format_hex(char *ret, const void *bytes, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *byte = bytes;

	for (size_t i = 0; i < len; i++) {
		*ret++ = digits[byte[i] >> 4];
		*ret++ = digits[byte[i] & 15];
	}
	*ret = '\0';
}

static void print_byte(FILE *out, unsigned char byte)
{
	switch (byte) {
	case '\\':
		fputs("\\\\", out);
		break;
	case '\n':
		fputs("\\n", out);
		break;
	case '\t':
		fputs("\\t", out);
		break;
	default:
		fprintf(out, "\\x%02x", byte);
	}
}

/* A format character, such as one that turns the direction of writing, prints nothing itself. */
static bool is_visible(wchar_t c)
{
	if (c == L'\\' || !iswprint((wint_t)c))
		return false;
	return wcwidth(c) > 0 || iswctype((wint_t)c, wctype("combining"));
}

void print_escaped(FILE *out, const char *bytes, size_t len)
{
	mbstate_t state = { 0 };

	while (len > 0) {
		wchar_t c = 0;
		size_t used = mbrtowc(&c, bytes, len, &state);

		if (used == 0 || used > len) {
			state = (mbstate_t){ 0 };
			c = 0;
			used = 1;
		}
		if (is_visible(c))
			fwrite(bytes, 1, used, out);
		else
			for (size_t i = 0; i < used; i++)
				print_byte(out, (unsigned char)bytes[i]);
		bytes += used;
		len -= used;
	}
}

void print_name(const char *name)
{
	if (name)
		print_escaped(stdout, name, strlen(name));
	else
		fputs("unknown", stdout);
}

bool flush_output(void)
{
	if (fflush(stdout) != 0 && output_error == 0)
		output_error = errno;
	return !ferror(stdout);
}

bool close_output(void)
{
	bool failed = !flush_output();

	if (fclose(stdout) != 0) {
		failed = true;
		if (output_error == 0)
			output_error = errno;
	}
	if (failed)
		complain("cannot write to standard output: %s; the results are incomplete: write "
			 "them elsewhere and try again",
			 output_error ? strerror(output_error) : "write error");
	return !failed;
}
