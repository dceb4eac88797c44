/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPE_SHIM_FIRST_H
#define IPE_SHIM_FIRST_H

/*
 * For the constructor: the path of an object whose functions stand in front of the wrappers, so that
 * the program's opens do not come here; NULL if there is none. LD_PRELOAD=libc.so.6 is one.
 */
const char *ipe_object_in_front(void);

#endif
