/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define ENOMEM	12
#define EINVAL	22
#define EFBIG	27
#define ERANGE	34
#define EBADMSG 74
