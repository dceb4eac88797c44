/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sigaction(2), for interpreters that take code from whoever sends them a signal. */
#include "signals.h"

#include <signal.h>
#include <stddef.h>

#include "next.h"
#include "shim.h"

static struct ipe_range watched;

void ipe_signals_watch(const void *function)
{
	watched = ipe_shim_object(function);
}

/* A handler that a script asks for is set by libuv, which has system calls restarted. */
static bool opens_a_door(int number, const struct sigaction *action)
{
	return number == SIGUSR1 && action && action->sa_handler != SIG_DFL &&
	       action->sa_handler != SIG_IGN && !(action->sa_flags & SA_RESTART);
}

static bool is_inline_refused(void)
{
	struct ipe_check check = { 0 };

	return ipe_check_inline(&check) < 0 || check.verdict != IPE_ALLOW;
}

IPE_WRAPPER(int, sigaction, int number, const struct sigaction *action, struct sigaction *ret_old)
{
	if (ipe_is_in(&watched, __builtin_return_address(0)) && opens_a_door(number, action) &&
	    is_inline_refused())
		action = NULL;
	return ipe_next()->sigaction(number, action, ret_old);
}
