/* SPDX-License-Identifier: MIT */
/*
 * native.h - between the parts of hcbench for the bare machine.
 */
#ifndef PVGUEST_BENCH_NATIVE_H
#define PVGUEST_BENCH_NATIVE_H

#include "hcbench.h"

extern const struct bench_figure bench_native_figures[2];

#endif
