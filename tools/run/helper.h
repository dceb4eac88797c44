/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Helpers of 'ipectl run' are nobody's children, so that the command, which takes the place of this
 * process, meets no child that it does not know. They have the same session, for the sake of
 * /dev/tty, and a process group of their own, out of reach of the terminal's signals.
 */
#ifndef IPECTL_RUN_HELPER_H
#define IPECTL_RUN_HELPER_H

#include <stdbool.h>
#include <sys/types.h>

/* Where a helper keeps its end of the channel; what else it keeps comes right after. */
#define HELPER_FD 3

/* Returns this process's end of a channel to a new helper, which may trace it, or a negative errno. */
int spawn_helper(void (*act)(int channel, const void *argument), const void *argument);

/* Whether the other side is still there and has said a word. */
bool heard_from(int channel);
void say_ready(int channel);

/*
 * In a helper: closes all but standard error and @*channel, which becomes HELPER_FD, and @other, if
 * that is not -1, which becomes the next. Ends the helper if it cannot.
 */
void keep_only(int *channel, int other);

#endif
