/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernel.h"
#include "memory.h"
#include "status.h"

#define SECURITYFS "/sys/kernel/security"
#define IPE	   SECURITYFS "/ipe"

/* A name that is a path would reach other files. */
static bool is_file_name(const char *name)
{
	return name[0] != '\0' && strcmp(name, ".") != 0 && strcmp(name, "..") != 0 &&
	       !strchr(name, '/');
}

static char *request_path(enum kernel_request request, const char *name)
{
	switch (request) {
	case KERNEL_UPDATE:
		return format_text(IPE "/policies/%s/update", name);
	case KERNEL_ACTIVATE:
		return format_text(IPE "/policies/%s/active", name);
	case KERNEL_REMOVE:
		return format_text(IPE "/policies/%s/delete", name);
	case KERNEL_LOAD:
	default:
		return format_text(IPE "/new_policy");
	}
}

struct kernel_answer ask_kernel(enum kernel_request request, const char *name, const void *bytes,
				size_t len)
{
	struct kernel_answer answer = { .error = ENOENT, .unasked = true };
	ssize_t written;
	char *path;
	int fd;

	if (request != KERNEL_LOAD && !is_file_name(name))
		return answer;
	path = request_path(request, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	answer.error = fd < 0 ? errno : 0;
	free(path);
	if (fd < 0)
		return answer;
	answer.unasked = false;
	written = write(fd, bytes, len);
	if (written < 0)
		answer.error = errno;
	else if ((size_t)written != len)
		answer.error = EIO;
	close(fd);
	return answer;
}

struct kernel_answer tell_kernel(enum kernel_request request, const char *name)
{
	return ask_kernel(request, name, "1", 1);
}

static bool is_active(const char *name)
{
	char *path = format_text(IPE "/policies/%s/active", name);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char value = '0';
	bool active = fd >= 0 && read(fd, &value, 1) == 1 && value == '1';

	if (fd >= 0)
		close(fd);
	free(path);
	return active;
}

static bool is_absent(void)
{
	struct ipe_facts ipe;
	bool absent;

	collect_ipe(&ipe);
	absent = ipe.present == NO;
	free_ipe(&ipe);
	return absent;
}

static const char *missing_advice(void)
{
	if (is_absent())
		return NO_IPE;
	if (access(SECURITYFS, F_OK) < 0)
		return "this kernel has no securityfs; use one with CONFIG_SECURITYFS and "
		       "CONFIG_SECURITY_IPE";
	if (access(SECURITYFS "/lsm", F_OK) < 0 && access(IPE, F_OK) < 0)
		return "securityfs is not mounted; run: mount -t securityfs securityfs " SECURITYFS;
	if (access(IPE, F_OK) < 0)
		return NO_IPE;
	return "no policy of this name is loaded; 'ipectl policy list' shows the names, 'ipectl "
	       "policy load' loads one";
}

static const char *unasked_advice(int error)
{
	switch (error) {
	case ENOENT:
	case ENOTDIR:
		return missing_advice();
	case EACCES:
	case EPERM:
		return "only root may change IPE's policies; run ipectl as root";
	case ENAMETOOLONG:
		return "no policy has a name as long as that; 'ipectl policy list' shows the names";
	default:
		return "IPE's files in " IPE " cannot be opened; see errno(3)";
	}
}

static const char *signature_advice(int error)
{
	switch (error) {
	case ENOKEY:
		return "no key that the kernel trusts has signed this policy. Linux looks into the "
		       "keyrings .builtin_trusted_keys and .secondary_trusted_keys, with it .machine, "
		       "and, as it is built, .platform ('keyctl show %:.platform'). Enrol the "
		       "certificate: 'mokutil --import CERTIFICATE.der' and reboot, with Secure Boot "
		       "on; or put it into the firmware's db; or build it into the kernel "
		       "(CONFIG_SYSTEM_TRUSTED_KEYS)";
	case EKEYREJECTED:
		return "the signature is not that of this text, or its key is revoked: the policy was "
		       "changed after it was signed; sign it again";
	case EKEYREVOKED:
	case EKEYEXPIRED:
		return "the key that signed this policy is no longer valid; sign with another one";
	case ENOPKG:
		return "the kernel lacks an algorithm of the signature; sign with SHA-256 and RSA or "
		       "P-256, as 'ipectl policy sign' does";
	case ENODATA:
		return "there is no text inside the PKCS#7 message; sign it with 'ipectl policy sign'";
	case EMSGSIZE:
		return "the signed policy is longer than the 65535 bytes that Linux reads; trust "
		       "volumes by dm-verity instead of digests, or use the kernel of ipe-enlighten "
		       "and sign with --appended";
	default:
		return NULL;
	}
}

static const char *policy_advice(enum kernel_request request, int error)
{
	switch (error) {
	case EBADMSG:
		return "this is not a policy, signed as PKCS#7, that this kernel reads; check it with "
		       "'ipectl policy lint' and sign it with 'ipectl policy sign'";
	case EINVAL:
		return request == KERNEL_UPDATE
			       ? "the policy that is loaded has another name, or is newer; raise "
				 "policy_version"
			       : "the kernel finds a number or digest malformed; check the policy with "
				 "'ipectl policy lint'";
	case ERANGE:
		return "a part of policy_version is above 65535";
	case ESTALE:
		return "the policy that is loaded is as new or newer; raise policy_version and sign "
		       "it again";
	case EEXIST:
		return "a policy of this name is loaded already; load it with --update if it is newer, "
		       "or remove the other one first";
	case EACCES:
		return "the kernel does not take this name, for it makes a directory of it; use no "
		       "'/', and neither '.' nor '..'";
	case ENAMETOOLONG:
		return "policy_name is longer than 255 bytes, and the kernel makes a directory of it; "
		       "shorten it";
	case ENOENT:
		return "the policy was removed meanwhile; load it";
	default:
		return NULL;
	}
}

static const char *request_advice(enum kernel_request request, const char *name, int error)
{
	switch (error) {
	case EPERM:
		if (request == KERNEL_REMOVE && is_active(name))
			return "the policy is active; activate another one first";
		return "this takes the capability CAP_MAC_ADMIN in the initial user namespace; run "
		       "ipectl as root outside of containers";
	case ENOMEM:
		return "the kernel has no memory for it; free some, or shorten the policy";
	case EINVAL:
		if (request == KERNEL_ACTIVATE)
			return "the active policy has a higher version, whatever its name is; raise "
			       "policy_version of this one";
		break;
	case ENOENT:
		if (request == KERNEL_ACTIVATE || request == KERNEL_REMOVE)
			return "the policy was removed meanwhile; 'ipectl policy list' shows which "
			       "there are";
		break;
	case ESTALE:
		if (request == KERNEL_ACTIVATE)
			return "the active policy has a higher version; raise policy_version of this "
			       "one";
		break;
	default:
		break;
	}
	return NULL;
}

const char *kernel_advice(enum kernel_request request, const char *name,
			  const struct kernel_answer *answer)
{
	const char *advice = NULL;

	if (answer->unasked)
		return unasked_advice(answer->error);
	advice = request_advice(request, name, answer->error);
	if (!advice && (request == KERNEL_LOAD || request == KERNEL_UPDATE)) {
		advice = signature_advice(answer->error);
		if (!advice)
			advice = policy_advice(request, answer->error);
	}
	return advice ? advice : "this answer of the kernel is not known here; see its log (dmesg)";
}
