/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPE_SHIM_ROOM_H
#define IPE_SHIM_ROOM_H

/*
 * For static variables of a page and more, of which most programs touch nothing. The linker puts them
 * behind all others (--sort-section=name), so that what every program writes to at its start lies in few
 * pages: the first touch of each is a page fault, and they are most of what a start costs.
 */
#define IPE_ROOM __attribute__((section(".bss.room")))

#endif
