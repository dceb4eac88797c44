// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The policy core's four numbers. Every line is a name, a ratio or size, the bar that it should not
 * exceed, and whether it does. A ratio's two sides are measured in turns, and the best time of each
 * counts, so that what else the machine does cancels out.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "list_walk.h"
#include "memory.h"
#include "policy.h"

#define DIGEST_BYTES 32
#define TURNS	     40

static void report(const char *name, double value, double bar)
{
	printf("%-12s %6.3f  bar %.2f  %s\n", name, value, bar, value <= bar ? "ok" : "over");
}

static void *check(void *memory)
{
	if (!memory) {
		fputs("core_policy: out of memory\n", stderr);
		exit(2);
	}
	return memory;
}

/* Processor time: while others run, this does not. */
static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

/* The digest of file number i. */
static void make_digest(uint32_t i, uint8_t bytes[DIGEST_BYTES])
{
	uint64_t state = i;
	size_t at;

	for (at = 0; at < DIGEST_BYTES; at += sizeof(state)) {
		state = state * 6364136223846793005U + 1442695040888963407U;
		state ^= state >> 29;
		memcpy(bytes + at, &state, sizeof(state));
	}
}

static char *make_text(uint32_t digests, size_t *ret_len)
{
	char *text;
	FILE *file = check(open_memstream(&text, ret_len));
	uint32_t i, j;

	fputs("policy_name=bench policy_version=1.0.0\nDEFAULT action=DENY\n", file);
	for (i = 0; i < digests; i++) {
		uint8_t bytes[DIGEST_BYTES];

		make_digest(i, bytes);
		fputs("op=EXECUTE fsverity_digest=sha256:", file);
		for (j = 0; j < DIGEST_BYTES; j++)
			fprintf(file, "%02x", bytes[j]);
		fputs(" action=ALLOW\n", file);
	}
	fclose(file);
	return check(text);
}

static struct ipe_policy *parse(const char *text, size_t len)
{
	const struct ipe_parse_options options = { 0, { 0x243f6a8885a308d3, 0x13198a2e03707344 } };
	struct ipe_policy *policy = NULL;

	if (ipe_policy_parse(text, len, &options, &policy, NULL) != 0) {
		fputs("core_policy: the policy was refused\n", stderr);
		exit(2);
	}
	return policy;
}

static struct ipe_policy *make_policy(uint32_t digests)
{
	struct ipe_policy *policy;
	size_t len;
	char *text = make_text(digests, &len);

	policy = parse(text, len);
	free(text);
	return policy;
}

/* The facts of the file in the middle of the policy; the bytes stay borrowed. */
static void make_facts(struct ipe_facts *facts, uint32_t digests, uint8_t bytes[DIGEST_BYTES])
{
	const struct ipe_digest digest = { { "sha256", 6 }, bytes, DIGEST_BYTES };

	make_digest(digests / 2, bytes);
	ipe_facts_set_anonymous(facts);
	ipe_facts_set_flag(facts, IPE_FLAG_ANONYMOUS_MEMORY, false);
	ipe_facts_set_digest(facts, IPE_DIGEST_FSVERITY_DIGEST, &digest);
}

#define DECISIONS 20000

/* Nanoseconds of one decision on a hot file. */
static double time_core(const struct ipe_policy *policy, const struct ipe_facts *facts)
{
	double start = now();
	unsigned int i, allowed = 0;

	for (i = 0; i < DECISIONS; i++)
		allowed += ipe_policy_decide(policy, IPE_OP_EXECUTE, facts).action;
	start = now() - start;
	if (allowed != DECISIONS)
		exit(2);
	return start / DECISIONS;
}

static double time_walk(const struct walk_rule *list, const struct ipe_facts *facts)
{
	double start = now();
	unsigned int i, allowed = 0;

	for (i = 0; i < DECISIONS; i++)
		allowed += walk_decide(list, facts);
	start = now() - start;
	if (allowed != DECISIONS)
		exit(2);
	return start / DECISIONS;
}

static double least(double a, double b)
{
	return a < b ? a : b;
}

static void bench_size(void)
{
	const uint32_t few = 10, many = 1000000;
	struct ipe_policy *small = make_policy(few), *large = make_policy(many);
	double small_time = 1e99, large_time = 1e99;
	uint8_t small_bytes[DIGEST_BYTES], large_bytes[DIGEST_BYTES];
	struct ipe_facts small_facts, large_facts;
	unsigned int turn;

	make_facts(&small_facts, few, small_bytes);
	make_facts(&large_facts, many, large_bytes);
	for (turn = 0; turn < TURNS; turn++) {
		small_time = least(small_time, time_core(small, &small_facts));
		large_time = least(large_time, time_core(large, &large_facts));
	}
	fprintf(stderr, "decision: %.1f ns with 10 digests, %.1f ns with 1000000\n", small_time,
		large_time);
	report("core-million", large_time / small_time, 1.3);
	ipe_policy_free(small);
	ipe_policy_free(large);
}

static void bench_walk(void)
{
	const uint32_t walked = 562, many = 100000;
	struct ipe_policy *policy = make_policy(many);
	struct walk_rule *list = NULL;
	double core_time = 1e99, walk_time = 1e99;
	uint8_t bytes[DIGEST_BYTES], walk_bytes[DIGEST_BYTES];
	struct ipe_facts facts, walk_facts;
	unsigned int turn;
	uint32_t i;

	for (i = walked; i-- > 0;) {
		make_digest(i, bytes);
		list = check(walk_prepend(list, "sha256", bytes, sizeof(bytes)));
	}
	make_facts(&facts, many, bytes);
	make_facts(&walk_facts, walked, walk_bytes);
	for (turn = 0; turn < TURNS; turn++) {
		core_time = least(core_time, time_core(policy, &facts));
		walk_time = least(walk_time, time_walk(list, &walk_facts));
	}
	fprintf(stderr, "decision: %.1f ns with 100000 digests, %.1f ns by a walk over 562\n",
		core_time, walk_time);
	report("core-walk", core_time / walk_time, 0.05);
	ipe_policy_free(policy);
	walk_free(list);
}

static uint8_t hex_value[256];

/* Digits to bytes, as far as there are digits; where they end. */
static const char *decode(const char *hex, const char *end, uint8_t **to)
{
	for (; end - hex >= 2; hex += 2) {
		uint8_t high = hex_value[(uint8_t)hex[0]], low = hex_value[(uint8_t)hex[1]];

		if ((high | low) & 0xf0)
			break;
		*(*to)++ = (uint8_t)(high << 4 | low);
	}
	return hex;
}

/* The least that any reader of such a text does: find the lines, decode and keep the digests. */
static size_t scan(const char *text, size_t len)
{
	const char *end = text + len, *line, *next;
	uint8_t *digests = check(malloc(len)), *to = digests;
	size_t size;

	for (line = text; line < end; line = next + 1) {
		const char *hex;

		next = memchr(line, '\n', (size_t)(end - line));
		hex = memchr(line, ':', (size_t)(next - line));
		if (hex && decode(hex + 1, next, &to) == next)
			return 0;
	}
	size = (size_t)(to - digests);
	free(digests);
	return size;
}

static void fill_hex_values(void)
{
	unsigned int i;

	memset(hex_value, 0xff, sizeof(hex_value));
	for (i = 0; i < 16; i++)
		hex_value[(uint8_t) "0123456789abcdef"[i]] = (uint8_t)i;
}

static void bench_parse(void)
{
	const uint32_t digests = 100000;
	double parse_time = 1e99, scan_time = 1e99;
	size_t len;
	char *text = make_text(digests, &len);
	unsigned int turn;

	fill_hex_values();
	for (turn = 0; turn < TURNS; turn++) {
		double start = now(), middle;
		struct ipe_policy *policy;

		if (scan(text, len) != (size_t)digests * DIGEST_BYTES)
			exit(2);
		middle = now();
		policy = parse(text, len);
		parse_time = least(parse_time, now() - middle);
		scan_time = least(scan_time, middle - start);
		ipe_policy_free(policy);
	}
	fprintf(stderr, "parse and compile: %.1f ns a rule, bare pass %.1f ns\n",
		parse_time / digests, scan_time / digests);
	report("core-parse", parse_time / scan_time, 4);
	free(text);
}

static void bench_memory(void)
{
	const uint32_t digests = 100000;
	struct ipe_policy *policy = make_policy(digests);

	report("core-bytes", (double)memory_bytes() / digests, 56);
	ipe_policy_free(policy);
}

int main(void)
{
	memory_leave_clean();
	bench_size();
	bench_walk();
	bench_parse();
	bench_memory();
	return EXIT_SUCCESS;
}
