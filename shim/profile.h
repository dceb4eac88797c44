/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Call-site profiles: which callers of open(2) and fopen(3) read code and which read data, learnt for
 * one build of a program by ipe-shim-train(1).
 */
#ifndef IPE_SHIM_PROFILE_H
#define IPE_SHIM_PROFILE_H

#include "host.h"

/* With a slash behind it and the program's build-id. */
#define IPE_PROFILE_FOLDER "/etc/ipe-enlighten/profiles"

/* For the constructor: @stack_top is above everything that the main thread ever calls. */
void ipe_profile_load(const void *stack_top);

enum ipe_class ipe_profile_classify(const struct ipe_open *open);

#endif
