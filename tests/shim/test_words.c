/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lists of words, as the tables have them. */
#include <stdio.h>
#include <string.h>

#include "words.h"

static const struct {
	const char *list;
	const char *word;
	bool has;
} cases[] = {
	{ "-n -D", "-n", true },  { "-n -D", "-D", true },  { "a\tb\nc", "b", true },
	{ " a ", "a", true },	  { "-nD", "-n", false },   { "--n", "-n", false },
	{ "-nn -n", "-n", true }, { "aa aaa", "a", false }, { "ab abc abcd", "abc", true },
	{ "a b", "a b", false },  { "a", "", false },	    { "", "a", false },
	{ " ", " ", false },	  { NULL, "a", false },
};

static unsigned int failed, number;

static void ok(bool good, const char *what)
{
	failed += !good;
	printf("%sok %u - %s\n", good ? "" : "not ", ++number, what);
}

int main(void)
{
	const char *list = "  one\ttwo \n";
	struct ipe_word word;
	bool good = true;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (ipe_has_word(cases[i].list, cases[i].word) != cases[i].has) {
			printf("# '%s' in '%s'\n", cases[i].word,
			       cases[i].list ? cases[i].list : "(none)");
			good = false;
		}
	ok(good, "a word is found whole, and nothing else is");
	good = ipe_next_word(&list, &word) && word.len == 3 && memcmp(word.start, "one", 3) == 0 &&
	       ipe_next_word(&list, &word) && word.len == 3 && memcmp(word.start, "two", 3) == 0 &&
	       !ipe_next_word(&list, &word) && *list == '\0';
	ok(good, "words come one by one, whatever is between them");
	puts("1..2");
	return failed > 0;
}
