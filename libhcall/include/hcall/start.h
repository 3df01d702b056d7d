/* SPDX-License-Identifier: MIT */
/*
 * start.h - what a guest finds when it starts.
 *
 * The library's own entry point is hc_start: a linker script that says
 * ENTRY(hc_start) gets it, the notes that every guest needs and a stack of 16
 * KiB; then hc_start calls hc_init() and the guest's own hc_main().  A guest
 * with an entry of its own calls hc_init() first of all.
 */
#ifndef HCALL_START_H
#define HCALL_START_H

#include <stdbool.h>
#include <abi/xen.h>

/* The guest's main function, if it enters by hc_start.  Must not return. */
void hc_main(struct start_info *si);

/*
 * Take note of SI and map the shared page, into a page that is the library's.
 * VIRT_BASE is the address at which the guest's memory begins (the note of
 * that name, 0 without one).  Returns 0 or the error of update_va_mapping.
 * Upcalls stay masked.
 */
int hc_init(struct start_info *si, uint64_t virt_base);

/* The builder's page, as hc_init() was given it. */
const struct start_info *hc_start_info(void);

/* The shared page.  Fields with key letters: see <abi/xen.h>. */
struct shared_info *hc_shared_info(void);

/*
 * The structure of one vCPU: its place in the shared page, or what
 * hc_vcpu_info_register() has put there.  VCPU must be below HC_MAX_VCPUS.
 */
#define HC_MAX_VCPUS	32
struct vcpu_info *hc_vcpu_info(unsigned int vcpu);

/*
 * Move a vCPU's structure to VI, in a page of the guest's own, which stays the
 * hypervisor's to write.  Once in a vCPU's life.  0; -XEN_ENXIO: VI crosses the
 * page's end, or is no multiple of 8; -XEN_EINVAL: the second time, or a page
 * that can't be had.
 */
int hc_vcpu_info_register(unsigned int vcpu, struct vcpu_info *vi);

/*
 * Which vCPU is running this.  The library's version says 0; a guest with
 * several has a function of this name of its own.
 */
unsigned int hc_this_vcpu(void);

/* True for the domain that owns the machine's devices. */
bool hc_is_initial_domain(void);

/*
 * The value of KEY on the command line ("... key=value ..."), copied to BUF
 * with a NUL; cut off if SIZE is too small.  A key alone has an empty value.
 * Returns the value's length, or -1 if there is no such key.
 */
int hc_cmdline(const char *key, char *buf, unsigned int size);

/*
 * Ask the CPUID of the hypervisor's choice.  REGS: EAX EBX ECX EDX.  Works
 * before there is a trap table.
 */
void hc_cpuid(uint32_t leaf, uint32_t subleaf, uint32_t regs[4]);

/* The version of Sluice's extension (<abi/sluice.h>), or 0 on another. */
uint32_t hc_sluice_version(void);

/* SLUICE_FEATURE_: what can be relied on there; 0 on another. */
uint32_t hc_sluice_features(void);

#endif
