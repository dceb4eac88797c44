/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "own-calls.h"

#include <string.h>

#define MOVE_SIZE 5

enum {
	CALL = 0xe8,
	RETURN = 0xc3,
};

/* mov $NUMBER,%eax */
static const unsigned char moves[][MOVE_SIZE] = {
	{ 0xb8, 0x02, 0x00, 0x00, 0x00 },
	{ 0xb8, 0x01, 0x01, 0x00, 0x00 },
	{ 0xb8, 0xb5, 0x01, 0x00, 0x00 },
};

static bool is_move(const unsigned char *code)
{
	for (size_t i = 0; i < sizeof(moves) / sizeof(moves[0]); i++)
		if (memcmp(code, moves[i], MOVE_SIZE) == 0)
			return true;
	return false;
}

/* Whether the system call at @at, not before @start, opens a file. */
static bool opens(const unsigned char *start, const unsigned char *at)
{
	size_t room = (size_t)(at - start);

	if (room > IPE_OWN_CALL_MAX - 2)
		room = IPE_OWN_CALL_MAX - 2;
	for (size_t back = 1;
	     back <= room && at[-(ptrdiff_t)back] != CALL && at[-(ptrdiff_t)back] != RETURN; back++)
		if (back >= MOVE_SIZE && is_move(at - back))
			return true;
	return false;
}

/* "mov $0x50f,%edx" has the same bytes in its number; zeros behind an instruction would be none. */
static bool is_number(const unsigned char *at, const unsigned char *end)
{
	return end - at >= 4 && at[2] == 0 && at[3] == 0;
}

bool ipe_opens_by_itself(const unsigned char *code, size_t len)
{
	static const unsigned char instruction[] = { 0x0f, 0x05 };
	const unsigned char *end = code + len, *at = code;

	while ((at = memmem(at, (size_t)(end - at), instruction, sizeof(instruction))) != NULL) {
		if (!is_number(at, end) && opens(code, at))
			return true;
		at += sizeof(instruction);
	}
	return false;
}
