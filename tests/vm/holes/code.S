/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The code that must not run: writes its mark to standard output and returns. It runs anywhere. */
	.globl code_start, code_end
code_start:
	mov $1, %eax
	mov $1, %edi
	lea mark(%rip), %rsi
	mov $(code_end - mark), %edx
	syscall
	ret
mark:
	.ascii "MARK:evil\n"
code_end:

	.section .note.GNU-stack, "", @progbits
