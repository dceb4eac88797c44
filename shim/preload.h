/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* LD_PRELOAD of what this program starts, if the shim came to it by LD_PRELOAD. */
#ifndef IPE_SHIM_PRELOAD_H
#define IPE_SHIM_PRELOAD_H

/* For the constructor: notes how the shim came here. */
void ipe_preload_find(char **envp);

/* Calls @call with @envp, or with a copy of it that names the shim; negative errno if it cannot. */
long ipe_preload_with(char *const envp[], long (*call)(char *const envp[], void *data), void *data);

/* Puts the shim back into this program's own environment. */
void ipe_preload_restore(void);

#endif
