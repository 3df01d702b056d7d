/* SPDX-License-Identifier: MIT */
/*
 * usermode.c - user mode: a program that makes two system calls.
 *
 * On x86-64 the kernel of a PV guest runs at privilege level 3 like its
 * programs.  What keeps them apart is the second base pointer: user mode has
 * an L4 of its own, in which the kernel is not mapped.
 */
#include <hcall/hcall.h>

HC_NOTE_STRING(XEN_ELFNOTE_GUEST_OS, "usermode");

#define WHERE		0x400000UL
#define RFLAGS_IF	0x200

static char stack[16384] __attribute__((aligned(16)));
static uint64_t tables[4][512] __attribute__((aligned(4096)));
static char program[4096] __attribute__((aligned(4096)));
static struct hc_batch batch;

/* RAX is what is to be done, RDI an argument; then the program ends. */
extern const char code[], code_end[];
asm(".pushsection .rodata\n"
    "code:\n"
    "	mov $1, %eax\n"
    "	mov $42, %edi\n"
    "	syscall\n"
    "	mov %eax, %edi\n"
    "	mov $2, %eax\n"
    "	syscall\n"
    "	ud2\n"
    "code_end:\n"
    ".popsection\n");

static void system_call(struct hc_regs *regs)
{
	hc_printf("system call %lu with %lu, from %s mode\n", regs->rax,
		  regs->rdi, hc_from_user(regs) ? "user" : "kernel");
	if (regs->rax == 2)
		hc_shutdown(SHUTDOWN_poweroff);
	regs->rax = regs->rdi + 1;
}

static uint64_t entry_for(const void *page, uint64_t flags)
{
	return hc_pte(hc_virt_to_mfn(page), flags);
}

/* A chain of four tables, pinned as what it is, and user mode's from now on. */
static long make_space(void)
{
	unsigned int level;

	for (level = 4; level > 1; level--)
		tables[level - 1][hc_pt_index(WHERE, level)] =
			entry_for(tables[level - 2], HC_PTE_TABLE);
	tables[0][hc_pt_index(WHERE, 1)] =
		entry_for(program, HC_PTE_PRESENT | HC_PTE_USER);

	hc_batch_init(&batch, HC_BATCH_MULTI);
	for (level = 1; level <= 4; level++)
		hc_batch_va(&batch, hc_addr(tables[level - 1]),
			    entry_for(tables[level - 1], HC_PTE_PRESENT),
			    UVMF_INVLPG);
	hc_batch_pin(&batch, hc_virt_to_mfn(tables[3]), 4);
	hc_batch_user_baseptr(&batch, hc_virt_to_mfn(tables[3]));
	return hc_batch_flush(&batch);
}

void hc_main(struct start_info *si)
{
	struct hc_regs regs = {
		.rip = WHERE,
		.cs = FLAT_USER_CS,
		.ss = FLAT_USER_SS,
		.rflags = RFLAGS_IF,
	};
	const char *from = code;
	char *to = program;

	(void)si;
	while (from < code_end)
		*to++ = *from++;
	if (hc_trap_init(stack + sizeof(stack)) || make_space())
		hc_shutdown(SHUTDOWN_crash);
	hc_trap_set(HC_VEC_SYSCALL, system_call);
	hc_regs_enter(&regs);
}
