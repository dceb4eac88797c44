/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which JavaScript functions wait for what Node does in C++. */
#ifndef IPE_SHIM_NODE_STACK_H
#define IPE_SHIM_NODE_STACK_H

#include <stdbool.h>

#include "host.h"

/* V8's, for host-node.def. */
struct isolate;
struct scope;
struct stack_trace;
struct frame;
struct string;

/* Whether this thread runs JavaScript. */
bool ipe_node_is_awaited(void);

/* Code for Node's loader, data for anybody else, untold if no function tells. */
enum ipe_class ipe_node_who_waits(void);

#endif
