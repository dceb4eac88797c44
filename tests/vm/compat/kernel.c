/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Operations by which the kernel itself reads code or data. Their files are none that it could use:
 * an errno that comes from behind IPE says that IPE let them pass.
 */
#include "compat.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kexec.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define MODULE_INIT_COMPRESSED_FILE 4
#define TEST_FIRMWARE		    "/sys/devices/virtual/misc/test_firmware/"
#define IMA_POLICY		    "/sys/kernel/security/ima/policy"

static bool comes_from_behind(int error, const int *behind)
{
	for (; *behind; behind++) {
		if (*behind == error)
			return true;
	}
	return error == 0;
}

static void say_passage(int error, const int *behind)
{
	say("%s", comes_from_behind(error, behind) ? "passed" : errno_name(error));
}

static int finit_module(const char *word, int flags)
{
	const struct target target = open_target(word);
	int error = syscall(SYS_finit_module, target.fd, "", flags) ? errno : 0;

	close(target.fd);
	return error;
}

static const int behind_module[] = { ENOEXEC, EEXIST, 0 };

int module_status(char *word)
{
	int error = finit_module(word, 0);

	return comes_from_behind(error, behind_module) ? 0 : error;
}

static void op_module(char **words)
{
	say_passage(finit_module(words[0], 0), behind_module);
}

/* Decompression comes after the policy, if the kernel has it at all. */
static void op_compressed_module(char **words)
{
	static const int behind[] = { EOPNOTSUPP, EINVAL, ENOEXEC, 0 };

	say_passage(finit_module(words[0], MODULE_INIT_COMPRESSED_FILE), behind);
}

static void op_module_buffer(char **words)
{
	size_t size;
	char *content = read_whole(words[0], &size);

	say_passage(syscall(SYS_init_module, content, size, "") ? errno : 0, behind_module);
}

/* 0 for the descriptor of the initramfs means none. */
static int kexec_file(const char *image, const char *initramfs)
{
	const struct target kernel = open_target(image);
	const int none = initramfs ? 0 : KEXEC_FILE_NO_INITRAMFS;
	int fd = initramfs ? open_target(initramfs).fd : -1;
	int error = syscall(SYS_kexec_file_load, kernel.fd, fd, 1UL, "", (unsigned long)none)
			    ? errno
			    : 0;

	close(kernel.fd);
	return error;
}

static const int behind_kexec[] = { ENOEXEC, EINVAL, 0 };

int kexec_image_status(char *word)
{
	int error = kexec_file(word, NULL);

	return comes_from_behind(error, behind_kexec) ? 0 : error;
}

static void op_kexec(char **words)
{
	int error = kexec_file(words[0], strcmp(words[1], "none") == 0 ? NULL : words[1]);

	if (error == ENOSYS)
		skip("this kernel has no kexec_file_load");
	say_passage(error, behind_kexec);
}

/* Without segments it unloads what is loaded: nothing. */
static void op_kexec_buffer(char **words)
{
	long ret = syscall(SYS_kexec_load, 0UL, 0UL, NULL, (unsigned long)KEXEC_ARCH_DEFAULT);

	(void)words;
	if (ret && errno == ENOSYS)
		skip("this kernel has no kexec_load");
	say("%s", ret ? errno_name(errno) : "passed");
}

static int write_word(const char *path, const char *word)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t written = fd < 0 ? -1 : write(fd, word, strlen(word));
	int error = written < 0 ? errno : 0;

	if (fd >= 0)
		close(fd);
	return error;
}

/* Its files lie in the directory that the parameter "path" of firmware_class names. */
static void require_test_firmware(void)
{
	if (access(TEST_FIRMWARE "trigger_request", F_OK))
		skip("this kernel has no module test_firmware");
}

static void request_firmware(const char *trigger, const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), TEST_FIRMWARE "%s", trigger);
	say("%s", write_word(path, name) ? "none" : "passed");
}

static void op_firmware(char **words)
{
	require_test_firmware();
	request_firmware("trigger_request", words[0]);
}

/* Answers the kernel as soon as it asks for the content. */
static void give_firmware(const char *name)
{
	char loading[256], data[256];

	snprintf(loading, sizeof(loading), TEST_FIRMWARE "%s/loading", name);
	snprintf(data, sizeof(data), TEST_FIRMWARE "%s/data", name);
	while (write_word(loading, "1"))
		usleep(1000);
	write_word(data, "content");
	write_word(loading, "0");
	_exit(0);
}

static void op_firmware_buffer(char **words)
{
	pid_t giver;

	require_test_firmware();
	giver = fork();
	if (giver < 0)
		give_up("fork");
	if (giver == 0)
		give_firmware(words[0]);
	request_firmware("trigger_custom_fallback", words[0]);
	kill(giver, SIGKILL);
	waitpid(giver, NULL, 0);
}

/* IMA reads its policy from the file whose path is written to its own. */
static void op_ima_policy(char **words)
{
	static const int behind[] = { EINVAL, 0 };

	if (access(IMA_POLICY, F_OK))
		skip("this kernel has no IMA, which alone reads files of this kind");
	say_passage(write_word(IMA_POLICY, words[0]), behind);
}

const struct operation kernel_operations[] = {
	{ "module", 1, OP_JUDGED, op_module },
	{ "compressed-module", 1, OP_JUDGED, op_compressed_module },
	{ "module-buffer", 1, OP_JUDGED, op_module_buffer },
	{ "kexec", 2, OP_JUDGED, op_kexec },
	{ "kexec-buffer", 0, OP_JUDGED, op_kexec_buffer },
	{ "firmware", 1, OP_JUDGED, op_firmware },
	{ "firmware-buffer", 1, OP_JUDGED | OP_BY_KERNEL, op_firmware_buffer },
	{ "ima-policy", 1, OP_JUDGED, op_ima_policy },
	{ 0 },
};
