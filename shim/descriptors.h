/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPE_SHIM_DESCRIPTORS_H
#define IPE_SHIM_DESCRIPTORS_H

#include <stdbool.h>

/* Whether code may be read from each descriptor above standard input. For the constructor. */
bool ipe_shim_allows_all_descriptors(void);

#endif
