/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "output.h"
#include "status.h"

#define SECURITYFS "/sys/kernel/security"

/* Linux 6.8, include/uapi/asm-generic/unistd.h; Debian 12's headers are older. */
#ifndef SYS_lsm_list_modules
#define SYS_lsm_list_modules 461
#endif

/* Include/uapi/linux/lsm.h, from LSM_ID_CAPABILITY, which is 100. */
static const char *const module_names[] = {
	"capability", "selinux",  "smack", "tomoyo",   "apparmor", "yama", "loadpin",
	"safesetid",  "lockdown", "bpf",   "landlock", "ima",	   "evm",  "ipe",
};

#define FIRST_MODULE 100
#define MODULE_COUNT (sizeof(module_names) / sizeof(module_names[0]))

/* The first line without its newline, to be freed; a negative errno if there is none. */
static int read_line(int dirfd, const char *path, char **ret)
{
	char buf[1024];
	int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC);
	ssize_t len;

	if (fd < 0)
		return -errno;
	len = read(fd, buf, sizeof(buf) - 1);
	if (len < 0)
		len = -errno;
	close(fd);
	if (len < 0)
		return (int)len;
	buf[len] = '\0';
	*ret = strndup(buf, strcspn(buf, "\n"));
	return *ret ? 0 : -ENOMEM;
}

static int read_flag(int dirfd, const char *path)
{
	char *line;
	int error = read_line(dirfd, path, &line);
	int flag;

	if (error < 0)
		return error;
	flag = strcmp(line, "0") == 0 ? NO : strcmp(line, "1") == 0 ? YES : -EBADMSG;
	free(line);
	return flag;
}

static int list_modules(char **ret)
{
	uint64_t ids[64];
	uint32_t size = sizeof(ids);
	long count = syscall(SYS_lsm_list_modules, ids, &size, 0);
	size_t length;
	FILE *text;

	if (count < 0)
		return -errno;
	text = open_memstream(ret, &length);
	if (!text)
		return -ENOMEM;
	for (long i = 0; i < count; i++) {
		uint64_t index = ids[i] - FIRST_MODULE;

		fputs(i ? "," : "", text);
		if (index < MODULE_COUNT)
			fputs(module_names[index], text);
		else
			fprintf(text, "%llu", (unsigned long long)ids[i]);
	}
	return fclose(text) == 0 ? 0 : -ENOMEM;
}

bool has_module(const char *modules, const char *module)
{
	size_t len = strlen(module);

	while (modules) {
		if (strncmp(modules, module, len) == 0 &&
		    (modules[len] == ',' || modules[len] == '\0'))
			return true;
		modules = strchr(modules, ',');
		if (modules)
			modules++;
	}
	return false;
}

static void add_policy(int policies, const char *name, struct ipe_facts *ret)
{
	size_t size = (ret->policy_count + 1) * sizeof(*ret->policies);
	struct ipe_policy_facts *list = realloc(ret->policies, size);
	struct ipe_policy_facts *policy;
	int dir = openat(policies, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (!list)
		give_up("out of memory; free some and try again");
	ret->policies = list;
	policy = &list[ret->policy_count++];
	*policy = (struct ipe_policy_facts){ .name = strdup(name), .active = -errno };
	if (dir < 0)
		return;
	policy->active = read_flag(dir, "active");
	if (read_line(dir, "version", &policy->version) < 0)
		policy->version = NULL;
	close(dir);
}

static int list_policies(struct ipe_facts *ret)
{
	DIR *dir = opendir(SECURITYFS "/ipe/policies");
	struct dirent *entry;

	if (!dir)
		return -errno;
	while ((entry = readdir(dir)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			add_policy(dirfd(dir), entry->d_name, ret);
	closedir(dir);
	return 0;
}

void collect_ipe(struct ipe_facts *ret)
{
	*ret = (struct ipe_facts){ 0 };
	ret->lsm_error = read_line(AT_FDCWD, SECURITYFS "/lsm", &ret->modules);
	if (ret->lsm_error < 0)
		ret->lsm_error = list_modules(&ret->modules);
	if (ret->lsm_error < 0)
		ret->present = ret->lsm_error;
	else
		ret->present = has_module(ret->modules, "ipe") ? YES : NO;
	if (ret->present == NO)
		return;
	ret->enforce = read_flag(AT_FDCWD, SECURITYFS "/ipe/enforce");
	ret->success_audit = read_flag(AT_FDCWD, SECURITYFS "/ipe/success_audit");
	ret->policies_error = list_policies(ret);
}

void free_ipe(struct ipe_facts *ipe)
{
	for (size_t i = 0; i < ipe->policy_count; i++) {
		free(ipe->policies[i].name);
		free(ipe->policies[i].version);
	}
	free(ipe->policies);
	free(ipe->modules);
}
