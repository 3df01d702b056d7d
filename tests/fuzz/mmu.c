/* SPDX-License-Identifier: MIT */
/*
 * mmu.c - any bytes as the choices of the model of tests/unit (mmu_model.c):
 * which vCPU goes on, what its guest does, with what.  The model ends the
 * program when something that must hold does not.
 */
#include "../unit/model/model.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

#define STEPS	5000

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	choices_bytes(data, size);
	world_run(STEPS);
	return 0;
}
