/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libipe-enlighten: ask the kernel whether code that an interpreter is about to read may run.
 *
 * An interpreter reads a script as text, so the kernel's execution policy (IPE, a noexec mount, the
 * securebits of Linux 6.14) never sees it. These functions show the script to the kernel as if it
 * were to be executed and hand back the answer.
 *
 *	struct ipe_check check;
 *	int fd = ipe_open_code(AT_FDCWD, path, &check);
 *	if (fd < 0)
 *		return report(path, -fd, ipe_reason_name(check.reason));
 *	... interpret fd, and nothing but fd ...
 *
 * Every function is thread-safe and async-signal-safe, works before constructors and in the child
 * of vfork(2), takes no lock, allocates nothing from the heap, reads nothing from the environment
 * and leaves errno as it was. Errors are returned as negative errno values.
 */
#ifndef IPE_ENLIGHTEN_H
#define IPE_ENLIGHTEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define IPE_MUST_CHECK __attribute__((warn_unused_result))
#else
#define IPE_MUST_CHECK
#endif

/**
 * enum ipe_verdict - whether code may be interpreted
 * @IPE_DENY: it may not; zeroed memory says this
 * @IPE_ALLOW: it may
 */
enum ipe_verdict {
	IPE_DENY = 0,
	IPE_ALLOW = 1,
};

/**
 * enum ipe_reason - why a verdict is what it is
 * @IPE_REASON_UNDECIDED: no verdict was reached; the call returned an error
 * @IPE_REASON_ALLOWED: everything that was asked allows it
 * @IPE_REASON_POLICY: the kernel's execution policy refuses this file
 * @IPE_REASON_NOEXEC_MOUNT: the file is on a file system mounted noexec, or like /proc
 * @IPE_REASON_UNMAPPABLE: the file cannot be mapped, so the kernel cannot be asked
 * @IPE_REASON_NOT_REGULAR: not a regular file, where only a regular file will do
 * @IPE_REASON_NO_EXECUTE_BIT: securebits demand an executable file; no execute permission is set
 * @IPE_REASON_OPEN_FOR_WRITING: securebits demand an executable file; somebody has it open to write
 * @IPE_REASON_INTERACTIVE: SECBIT_EXEC_DENY_INTERACTIVE refuses code that is not in a file
 * @IPE_REASON_ANONYMOUS: the kernel refuses anonymous executable memory, and so code without a file
 * @IPE_REASON_INLINE: the build or the configuration refuses all code that is not in a file
 * @IPE_REASON_BAD_CONFIGURATION: /etc/ipe-enlighten.conf is refused, unreadable or malformed
 * @IPE_REASON_CHANGED: the file shrank, grew or was written to while it was being loaded
 * @IPE_REASON_READ_ERROR: the file could not be read to its end, as with a corrupted verity block
 * @IPE_REASON_TOO_LARGE: the file is larger than the caller's limit
 * @IPE_REASON_RESOURCE: the process or the system ran out of memory, mappings or descriptors
 * @IPE_REASON_UNKNOWN: the kernel gave an answer that this library does not know
 *
 * Numbers and names never change; later versions append.
 */
enum ipe_reason {
	IPE_REASON_UNDECIDED = 0,
	IPE_REASON_ALLOWED = 1,
	IPE_REASON_POLICY = 2,
	IPE_REASON_NOEXEC_MOUNT = 3,
	IPE_REASON_UNMAPPABLE = 4,
	IPE_REASON_NOT_REGULAR = 5,
	IPE_REASON_NO_EXECUTE_BIT = 6,
	IPE_REASON_OPEN_FOR_WRITING = 7,
	IPE_REASON_INTERACTIVE = 8,
	IPE_REASON_ANONYMOUS = 9,
	IPE_REASON_INLINE = 10,
	IPE_REASON_BAD_CONFIGURATION = 11,
	IPE_REASON_CHANGED = 12,
	IPE_REASON_READ_ERROR = 13,
	IPE_REASON_TOO_LARGE = 14,
	IPE_REASON_RESOURCE = 15,
	IPE_REASON_UNKNOWN = 16,
};

/**
 * IPE_PASSED - the answer of a probe that the kernel let through
 *
 * The other answers are 0, not asked, and a negative errno, refused.
 */
#define IPE_PASSED 1

/**
 * struct ipe_check - a verdict, its reason and what it rests on
 * @verdict: the answer; nothing else in here is one
 * @reason: why
 * @mmap_probe: what mmap(2) of the file, or of anonymous memory for code without a file, with
 *	PROT_READ | PROT_EXEC said: IPE_PASSED, 0 (not asked) or a negative errno
 * @exec_probe: what execveat(2) with AT_EXECVE_CHECK said, likewise; asked only where securebits
 *	demand it and the first probe passed
 * @size: size of the regular file in bytes when it was judged, else 0
 * @reserved: zero
 *
 * All zeroes after an error.
 */
struct ipe_check {
	enum ipe_verdict verdict;
	enum ipe_reason reason;
	int mmap_probe;
	int exec_probe;
	uint64_t size;
	uint64_t reserved[2];
};

/**
 * enum ipe_inline - when code that is not in a file is refused
 * @IPE_INLINE_SECUREBITS: when SECBIT_EXEC_DENY_INTERACTIVE is set
 * @IPE_INLINE_ANONYMOUS: then, and when the kernel refuses anonymous executable memory
 * @IPE_INLINE_DENY: always
 */
enum ipe_inline {
	IPE_INLINE_SECUREBITS = 0,
	IPE_INLINE_ANONYMOUS = 1,
	IPE_INLINE_DENY = 2,
};

/**
 * struct ipe_restrictions - what this process and its kernel ask of an interpreter
 * @restrict_file: a file must pass AT_EXECVE_CHECK: SECBIT_EXEC_RESTRICT_FILE is set, the build
 *	says so, or the securebits cannot be read
 * @deny_interactive: code that is not in a file is refused, likewise for
 *	SECBIT_EXEC_DENY_INTERACTIVE
 * @exec_check_known: the kernel knows AT_EXECVE_CHECK (Linux 6.14)
 * @anonymous_allowed: the kernel allows anonymous executable memory
 * @inline_setting: the stricter of the build's setting and /etc/ipe-enlighten.conf's
 * @bad_configuration: that file is refused, unreadable or malformed, and so means IPE_INLINE_DENY
 * @eval_is_inline: what ipe_eval_is_inline() returns
 * @reserved: zero
 */
struct ipe_restrictions {
	bool restrict_file;
	bool deny_interactive;
	bool exec_check_known;
	bool anonymous_allowed;
	enum ipe_inline inline_setting;
	bool bad_configuration;
	bool eval_is_inline;
	uint8_t reserved[22];
};

/**
 * ipe_check_fd() - judge the file that an interpreter has open as a script, module or library
 * @fd: descriptor open for reading; borrowed, its offset is neither used nor moved
 * @ret_check: where to put the verdict
 *
 * A pipe, socket, terminal or device has no file to ask about: it is refused where
 * SECBIT_EXEC_RESTRICT_FILE is set and otherwise judged as ipe_check_inline() does. The verdict is
 * on what @fd refers to, so interpret @fd and do not open the path again. Through overlayfs what
 * @fd refers to can change: a copy-up turns later reads to the upper layer. Use ipe_load_fd() there.
 *
 * Return: 0 when there is a verdict, which may be IPE_DENY;
 *	-EBADF if @fd is not open or not open for reading (also O_PATH);
 *	-EINVAL if @ret_check is NULL.
 * Since: 0.1
 */
int ipe_check_fd(int fd, struct ipe_check *ret_check) IPE_MUST_CHECK;

/**
 * ipe_check_stdin() - judge standard input that is about to be interpreted
 * @fd: the descriptor, as a rule STDIN_FILENO; borrowed
 * @ret_check: where to put the verdict
 *
 * As ipe_check_fd(), but SECBIT_EXEC_DENY_INTERACTIVE takes the place of SECBIT_EXEC_RESTRICT_FILE:
 * where it is set a regular file has to pass AT_EXECVE_CHECK and anything else is refused
 * (Documentation/userspace-api/check_exec.rst of Linux). A regular file that has no name any more is
 * judged as a pipe is if it is refused: some shells keep a here-document in such a file.
 *
 * Return: as ipe_check_fd().
 * Since: 0.1
 */
int ipe_check_stdin(int fd, struct ipe_check *ret_check) IPE_MUST_CHECK;

/**
 * ipe_check_inline() - judge code that is not in a file
 * @ret_check: where to put the verdict
 *
 * For the argument of -c or -e, code in an environment variable, an interactive prompt.
 *
 * Return: 0 when there is a verdict; -EINVAL if @ret_check is NULL.
 * Since: 0.1
 */
int ipe_check_inline(struct ipe_check *ret_check) IPE_MUST_CHECK;

/**
 * ipe_open_code() - open a script and judge what was opened
 * @dirfd: directory that a relative @path starts from, or AT_FDCWD
 * @path: file name; symbolic links are followed as open(2) follows them
 * @ret_check: where to put verdict and reason; may be NULL
 *
 * Only regular files are accepted, and opening a FIFO does not block. An interpreter that takes
 * scripts from pipes opens them itself and calls ipe_check_fd().
 *
 * Return: a descriptor open for reading with O_CLOEXEC, which the caller closes: the one that was
 *	judged and allowed. It also has O_NONBLOCK, which means nothing for a regular file.
 *	Otherwise a negative errno: -EACCES with @ret_check->reason set if the code is refused;
 *	whatever openat(2) said, with @ret_check zeroed, if it cannot be opened.
 * Since: 0.1
 */
int ipe_open_code(int dirfd, const char *path, struct ipe_check *ret_check) IPE_MUST_CHECK;

/**
 * ipe_load_fd() - judge a script and read all of it
 * @fd: descriptor of a regular file open for reading; borrowed, its offset is neither used nor
 *	moved
 * @buf: the caller's private memory
 * @size: its size in bytes, which is the limit on the size of the script
 * @ret_len: where to put the number of bytes read
 * @ret_check: where to put the verdict
 *
 * A file that the policy does not hold immutable can be written to after it was judged. Interpret
 * @buf instead of the file: what is in it was read once, after the verdict, and is the whole file
 * or nothing. A file that is seen to change while it is read, or that cannot be read to its end, is
 * refused.
 * Where the verdict is IPE_DENY, *@ret_len is 0 and @buf holds nothing of the file.
 *
 * Return: 0 when there is a verdict; otherwise as ipe_check_fd(), and -EINVAL if a pointer is NULL.
 * Since: 0.1
 */
int ipe_load_fd(int fd, void *buf, size_t size, size_t *ret_len,
		struct ipe_check *ret_check) IPE_MUST_CHECK;

/**
 * ipe_check_data() - judge a file that is no code but has to be trusted like it
 * @fd: descriptor of a regular file open for reading; borrowed, its offset is neither used nor
 *	moved
 * @ret_check: where to put the verdict
 *
 * As ipe_check_fd(), for configuration: it needs no execute permission, and nothing but a regular
 * file will do.
 *
 * Return: as ipe_check_fd().
 * Since: 0.1
 */
int ipe_check_data(int fd, struct ipe_check *ret_check) IPE_MUST_CHECK;

/**
 * ipe_load_data() - judge a file that is no code but has to be trusted like it, and read all of it
 * @fd: descriptor of a regular file open for reading; borrowed, its offset is neither used nor
 *	moved
 * @buf: the caller's private memory
 * @size: its size in bytes, which is the limit on the size of the file
 * @ret_len: where to put the number of bytes read
 * @ret_check: where to put the verdict
 *
 * As ipe_load_fd(), judged as by ipe_check_data().
 *
 * Return: as ipe_load_fd().
 * Since: 0.1
 */
int ipe_load_data(int fd, void *buf, size_t size, size_t *ret_len,
		  struct ipe_check *ret_check) IPE_MUST_CHECK;

/**
 * IPE_JUDGED_MAX - enough room for ipe_list_judged()
 */
#define IPE_JUDGED_MAX 4096

/**
 * ipe_list_judged() - the files that /etc/ipe-enlighten.conf wants judged wherever they are opened
 * @buf: where to put their paths, each with a NUL behind it
 * @size: its size in bytes, at least IPE_JUDGED_MAX
 * @ret_len: where to put the number of bytes put there, 0 if there are none
 * @ret_check: where to put the verdict on the configuration
 *
 * A path that ends in a slash stands for everything below that folder. Where the verdict is
 * IPE_DENY the configuration is refused, unreadable or malformed, and the paths are not known:
 * judge every file.
 *
 * Return: 0 when there is a verdict; -EINVAL if a pointer is NULL or @size is too small.
 * Since: 0.1
 */
int ipe_list_judged(char *buf, size_t size, size_t *ret_len,
		    struct ipe_check *ret_check) IPE_MUST_CHECK;

/**
 * ipe_eval_is_inline() - whether /etc/ipe-enlighten.conf wants strings judged that are evaluated
 *
 * An interpreter that can then calls ipe_check_inline() before it evaluates a string.
 *
 * Return: true if that file says so, or is refused, unreadable or malformed.
 * Since: 0.1
 */
bool ipe_eval_is_inline(void);

/**
 * ipe_unknown_is_data() - whether /etc/ipe-enlighten.conf wants programs to read what they like of which
 *			   nobody knows whether they interpret it
 *
 * For who judges programs from outside. A program that asks the gate itself knows what it interprets.
 *
 * Return: true if that file says so; false also if it is refused, unreadable or malformed.
 * Since: 0.1
 */
bool ipe_unknown_is_data(void);

/**
 * ipe_query_restrictions() - what this process and its kernel ask of an interpreter
 * @ret: where to put it
 *
 * For showing to a person. Decide by the ipe_check functions.
 *
 * Since: 0.1
 */
void ipe_query_restrictions(struct ipe_restrictions *ret);

/**
 * ipe_reason_name() - stable short name of a reason, such as "noexec-mount"
 * @reason: any value
 *
 * Return: a static string, "unknown" for a value that this version does not know.
 * Since: 0.1
 */
const char *ipe_reason_name(enum ipe_reason reason);

/**
 * ipe_reason_advice() - one sentence that tells an administrator what to do about a reason
 * @reason: any value
 *
 * Return: a static string in English.
 * Since: 0.1
 */
const char *ipe_reason_advice(enum ipe_reason reason);

/**
 * ipe_reason_count() - number of reasons that this version knows
 *
 * Return: one more than the largest value of enum ipe_reason.
 * Since: 0.1
 */
unsigned int ipe_reason_count(void);

#ifdef __cplusplus
}
#endif

#endif
