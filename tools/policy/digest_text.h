/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPECTL_POLICY_DIGEST_TEXT_H
#define IPECTL_POLICY_DIGEST_TEXT_H

#include "core/policy.h"

/* ALGORITHM:HEX, to be freed. */
char *format_digest(const struct ipe_digest *digest);

/* Half as many bytes as there are digits, to be freed; NULL if they are not digits or odd. */
uint8_t *parse_hex(struct ipe_span hex);

/*
 * ALGORITHM:HEX. The algorithm stays borrowed from the text, the bytes are in @ret_bytes to be
 * freed; false if the text has another form.
 */
bool parse_digest(struct ipe_span text, struct ipe_digest *ret, uint8_t **ret_bytes);

#endif
