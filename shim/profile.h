/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Profiles: call sites as text, learnt for one build of a program by ipe-shim-train(1). One is in a note
 * of the program itself, which ipectl-enlighten(1) writes, or in a folder, for a program that nobody
 * enlightened and that no table knows.
 */
#ifndef IPE_SHIM_PROFILE_H
#define IPE_SHIM_PROFILE_H

#include <stdbool.h>

#define IPE_PROGRAM_NAME_SIZE 32

/*
 * For the constructor. False if there is none, or if it is not of this program and these libraries; that
 * is told. @ret_name is what it says that the program is, or empty as it was.
 */
bool ipe_profile_of_note(char *ret_name);
bool ipe_profile_of_folder(char *ret_name);

/* What a note in the program's file says that it is; false if that is no interpreter that is known. */
bool ipe_name_of_note(char *ret_name);

#endif
