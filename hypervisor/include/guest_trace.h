/* SPDX-License-Identifier: MIT */
/*
 * guest_trace.h - where the current guest is, on the console (debug/).
 */
#pragma once

#include <types.h>

/* file is the guest's ELF image, of any contents, or NULL. */
void guest_trace(const struct vcpu *v, const void *file, u64 size);
