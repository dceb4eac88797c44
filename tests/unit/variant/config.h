/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* In place of the build's config.h: the tests compile the library once for each of its options. */
#define IPE_BUILD_INLINE    VARIANT_INLINE
#define IPE_ALWAYS_RESTRICT VARIANT_ALWAYS_RESTRICT
