/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Has one symbol of an interpreter, and none of the others. */
void SYMBOL(void);

void SYMBOL(void)
{
}
