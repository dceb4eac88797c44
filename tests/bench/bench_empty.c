/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a preloaded object costs that does nothing. */
int ipe_bench_empty(void);

int ipe_bench_empty(void)
{
	return 0;
}
