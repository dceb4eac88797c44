/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Random policies as models, their text, and random facts to judge. */
#ifndef IPE_TEST_RANDOM_MODEL_H
#define IPE_TEST_RANDOM_MODEL_H

#include "model.h"

struct random {
	uint64_t state;
};

/* 0 to below - 1. */
unsigned int random_below(struct random *random, unsigned int below);
uint64_t random_word(struct random *random);

void random_fill_model(struct random *random, struct model *model);
void random_fill_facts(struct random *random, struct ipe_facts *facts);

/* Makes up what is unknown. */
void random_complete_facts(struct random *random, struct ipe_facts *facts);

/* Writes the model down, with random blanks and comments, and notes the lines; to be freed. */
char *random_write_model(struct random *random, struct model *model, size_t *ret_len);

#endif
