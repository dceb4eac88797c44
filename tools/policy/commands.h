/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPECTL_POLICY_COMMANDS_H
#define IPECTL_POLICY_COMMANDS_H

#include "ipectl.h"

extern const struct command policy_lint;
extern const struct command policy_print;
extern const struct command policy_diff;
extern const struct command policy_eval;
extern const struct command policy_explain;
extern const struct command policy_new;
extern const struct command policy_sign;
extern const struct command policy_verify;
extern const struct command policy_load;
extern const struct command policy_activate;
extern const struct command policy_remove;
extern const struct command policy_list;

#endif
