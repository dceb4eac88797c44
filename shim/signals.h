/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPE_SHIM_SIGNALS_H
#define IPE_SHIM_SIGNALS_H

/*
 * For an adapter: the interpreter that @function is of opens a door to code that nobody judges when it
 * is sent SIGUSR1. Where code without a file is refused, it does not get that signal.
 */
void ipe_signals_watch(const void *function);

#endif
