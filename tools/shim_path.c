/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ipectl.h"

const char shim_path[] = IPE_SHIM_PATH;
