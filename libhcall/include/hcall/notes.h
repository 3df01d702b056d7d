/* SPDX-License-Identifier: MIT */
/*
 * notes.h - the ELF notes by which a guest's image describes itself.
 *
 * In assembly:	HC_NOTE_STRING type, "text"	HC_NOTE_NUMBER type, expression
 * In C, at file level:
 *	HC_NOTE_STRING(type, "text");		HC_NOTE_NUMBER(type, "symbol");
 *
 * The types are XEN_ELFNOTE_ of <abi/elfnote.h>.  The notes go to section
 * .note.Xen, for which the linker script must have a PT_NOTE segment.
 */
#ifndef HCALL_NOTES_H
#define HCALL_NOTES_H

#include <abi/elfnote.h>

#ifdef __ASSEMBLER__
	.macro	HC_NOTE type:req, kind:req, value:vararg
	.pushsection .note.Xen, "a", @note
	.balign	4
	.long	4, 9998f - 9997f, \type
	.asciz	"Xen"
9997:	\kind	\value
9998:	.balign	4
	.popsection
	.endm
	.macro	HC_NOTE_STRING type:req, text:vararg
	HC_NOTE	\type, .asciz, \text
	.endm
	.macro	HC_NOTE_NUMBER type:req, value:vararg
	HC_NOTE	\type, .quad, \value
	.endm
#else
#define HC_NOTE_TEXT(x)		#x
#define HC_NOTE(type, directive)				\
	asm(".pushsection .note.Xen, \"a\", @note\n"		\
	    "	.balign	4\n"					\
	    "	.long	4, 9998f - 9997f, " HC_NOTE_TEXT(type) "\n" \
	    "	.asciz	\"Xen\"\n"				\
	    "9997:	" directive "\n"			\
	    "9998:	.balign	4\n"				\
	    "	.popsection\n")
#define HC_NOTE_STRING(type, text)	HC_NOTE(type, ".asciz \"" text "\"")
#define HC_NOTE_NUMBER(type, value)	HC_NOTE(type, ".quad " value)
#endif

#endif
