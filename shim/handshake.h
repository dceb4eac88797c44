/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How a launcher learns that the shim came up in the program that it started: a missing preload
 * object is no more than a warning to the dynamic loader.
 *
 * The launcher makes a pipe, keeps the reading end, leaves the writing end open across execve(2),
 * and sets
 *
 *	IPE_SHIM_HANDSHAKE=FD:INODE		both decimal: the writing end, and its st_ino
 *
 * The shim's constructor, when everything that judges is in place, writes IPE_HANDSHAKE_BYTE to FD
 * and closes it. It happens before the program's own first instruction (AT_ENTRY), and not at all
 * in a static program, in one that drops the environment for another before that, in a secure
 * execution (AT_SECURE), or if the constructor refuses the program.
 *
 * The variable cannot weaken anything: it makes the constructor write one byte to a descriptor above
 * standard error that is the writing end of a pipe with that inode, and close it; anything else is
 * left alone. Its absence, or a lie in it, only makes a launcher that waits for the byte refuse.
 * The byte says that the shim is loaded; it does not say that the program is trusted: only the
 * launcher's own child can have written it, so take it from a pipe that nobody else has.
 *
 * The name stays in the environment, and means nothing to programs that the first one starts: the
 * descriptor is closed by then.
 */
#ifndef IPE_SHIM_HANDSHAKE_H
#define IPE_SHIM_HANDSHAKE_H

#define IPE_HANDSHAKE_VARIABLE "IPE_SHIM_HANDSHAKE"
#define IPE_HANDSHAKE_BYTE     'I'

/* The installed name, in the project's libdir. */
#define IPE_SHIM_LIBRARY "libipe-shim.so"

/* What only that library defines. */
#define IPE_SHIM_MARKER "ipe_shim_is_required"

/* The notes in the file of an enlightened program. */
#define IPE_NOTE_NAME	     "ipe-enlighten"
#define IPE_NOTE_PROFILE     1
#define IPE_NOTE_INTERPRETER 2

/* Where profiles are that are in no note, by build-id; and the word of a refusal to use one. */
#define IPE_PROFILE_FOLDER "/etc/ipe-enlighten/profiles"
#define IPE_BAD_PROFILE	   "bad-profile"

#endif
