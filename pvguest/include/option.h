/* SPDX-License-Identifier: MIT */
/*
 * option.h - what the kernel's command line says.
 */
#ifndef PVGUEST_OPTION_H
#define PVGUEST_OPTION_H

#include <lib.h>

void option_init(const char *cmdline);
/* The value of the first word KEY=VALUE, cut to SIZE; false: there is none. */
bool option_get(const char *key, char *to, size_t size);

#endif
