# SPDX-License-Identifier: LGPL-2.1-or-later
# Sourced by the suite "holes". Rows 4 to 7: memory that was a trusted file's, or nobody's.

trusted=/holes/signed/good

# early_attempt: what "holes private-early", started by prepare_early, has come to
early_attempt() {
	if [ $phase = control ]; then
		prepare_early
	fi
	finish early
}

prepare_early() {
	start early holes private-early $trusted
}

# memory ID STEP EXPLOIT DESCRIPTION [FILE]
memory() {
	row "$1" "$2" "$4" holes "$3" "${5-$trusted}"
}

private_rows() {
	memory 4 'mprotect EACCES' private-written 'private mapping, written, mprotect(RX)'
	memory 4b 'mprotect EACCES' private-moved 'the same, moved with mremap'
	memory 4c 'mprotect EACCES' private-inherited 'the same, in a child'
	memory 4d 'mprotect EACCES' private-split 'one page of three written, the mapping split'
	if is_fixed 4e; then
		control 4e holes forced-writable $trusted
	fi
	memory 4e '*-mem E*' private-forced 'a page forced through /proc/self/mem, then mprotect(RX)'
	memory 4f 'mprotect EACCES' private-taken-back 'executable, writable, executable again'
	memory 4g 'mprotect EACCES' private-protection-key 'the same as 4 with pkey_mprotect'
	row 4h 'mprotect EACCES' 'the same as 4, written before there was a policy' early_attempt
}

writable_rows() {
	cp /holes/victim /holes/shared-$phase
	memory 5 'mmap EACCES' writable-at-once 'mmap(RWX)'
	memory 5b 'mprotect EACCES' writable-added 'mmap(RX), then mprotect(RWX)'
	memory 5c 'mmap EACCES' writable-shared 'shared mmap(RWX) of an initramfs file' \
		/holes/shared-$phase
	memory 5d 'mprotect EACCES' writable-vdso 'the vdso, mprotect(RWX)'
	memory 5e 'mmap EACCES' writable-implied 'mmap(RW) with READ_IMPLIES_EXEC'
}

forced_rows() {
	if is_fixed 7; then
		control 7 holes forced-writable $trusted
		control 7b holes forced-writable $trusted
	fi
	memory 7 '*-mem E*' forced-own-memory '/proc/self/mem into an executable page'
	memory 7b '*-mem E*' forced-other-memory '/proc/PID/mem of a child'
	memory 7c 'traceme EACCES' forced-traced 'PTRACE_TRACEME and PTRACE_POKETEXT'
	memory 7d 'attach EACCES' forced-attached 'PTRACE_ATTACH and PTRACE_POKETEXT'
	control 7g holes forced-vectored-writable $trusted
	memory 7g 'writev E*' forced-vectored 'process_vm_writev'
	control 7e holes fault-writable /holes/victim
	memory 7e 'copy EINVAL' fault-executable 'userfaultfd fills a mapping of an initramfs file' \
		/holes/victim
	control 7f holes fault-writable /holes/victim
	memory 7f 'copy EINVAL' fault-later 'the same, made executable after it was registered' \
		/holes/victim
}

memory_rows() {
	private_rows
	writable_rows
	memory 6 'brk ENOMEM' brk-grown 'brk() with READ_IMPLIES_EXEC'
	forced_rows
}
