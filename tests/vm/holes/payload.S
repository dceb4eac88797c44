/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A program that says whose it is. Its evil twin differs in the mark alone; and who makes zeroes of
 * its second page makes it evil. */
	.globl _start
_start:
	mov $1, %eax
	mov $1, %edi
	lea mark(%rip), %rsi
	lea zeroed(%rip), %rcx
	cmpl $0, guard(%rip)
	cmove %rcx, %rsi
	mov $(end - zeroed), %edx
	syscall
	mov $60, %eax
	xor %edi, %edi
	syscall
mark:
	.ascii "MARK:good\n"
zeroed:
	.ascii "MARK:evil\n"
end:
	.balign 4096
guard:
	.long 1
	.balign 4096

	.section .note.GNU-stack, "", @progbits
