/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a program that was compiled against this version relies on. Lines are added here, never
 * changed. Compiled as C and as C++, for 64 and for 32 bits.
 */
#include <stddef.h>

#include <ipe-enlighten.h>

#ifndef __cplusplus
#define static_assert _Static_assert
#endif

#define IS(expression, value) static_assert((expression) == (value), #expression)

IS(IPE_DENY, 0);
IS(IPE_ALLOW, 1);
IS(IPE_PASSED, 1);

IS(IPE_REASON_UNDECIDED, 0);
IS(IPE_REASON_ALLOWED, 1);
IS(IPE_REASON_POLICY, 2);
IS(IPE_REASON_NOEXEC_MOUNT, 3);
IS(IPE_REASON_UNMAPPABLE, 4);
IS(IPE_REASON_NOT_REGULAR, 5);
IS(IPE_REASON_NO_EXECUTE_BIT, 6);
IS(IPE_REASON_OPEN_FOR_WRITING, 7);
IS(IPE_REASON_INTERACTIVE, 8);
IS(IPE_REASON_ANONYMOUS, 9);
IS(IPE_REASON_INLINE, 10);
IS(IPE_REASON_BAD_CONFIGURATION, 11);
IS(IPE_REASON_CHANGED, 12);
IS(IPE_REASON_READ_ERROR, 13);
IS(IPE_REASON_TOO_LARGE, 14);
IS(IPE_REASON_RESOURCE, 15);
IS(IPE_REASON_UNKNOWN, 16);

IS(IPE_INLINE_SECUREBITS, 0);
IS(IPE_INLINE_ANONYMOUS, 1);
IS(IPE_INLINE_DENY, 2);

IS(sizeof(struct ipe_check), 40);
IS(offsetof(struct ipe_check, verdict), 0);
IS(offsetof(struct ipe_check, reason), 4);
IS(offsetof(struct ipe_check, mmap_probe), 8);
IS(offsetof(struct ipe_check, exec_probe), 12);
IS(offsetof(struct ipe_check, size), 16);
IS(offsetof(struct ipe_check, reserved), 24);

IS(sizeof(struct ipe_restrictions), 32);
IS(offsetof(struct ipe_restrictions, restrict_file), 0);
IS(offsetof(struct ipe_restrictions, deny_interactive), 1);
IS(offsetof(struct ipe_restrictions, exec_check_known), 2);
IS(offsetof(struct ipe_restrictions, anonymous_allowed), 3);
IS(offsetof(struct ipe_restrictions, inline_setting), 4);
IS(offsetof(struct ipe_restrictions, bad_configuration), 8);
IS(offsetof(struct ipe_restrictions, eval_is_inline), 9);
IS(offsetof(struct ipe_restrictions, reserved), 10);
