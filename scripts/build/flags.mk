# SPDX-License-Identifier: MIT
#
# How each image is compiled.  Two families: the hypervisor, and what runs on
# it.  Both are freestanding and leave the vector registers alone; all code is
# position independent and all names are hidden, so that every reference is
# relative and works at any address (hidden.h does it for declarations).

is_clang := $(findstring clang,$(shell $(CC) --version))

warnings := -Wall -Wextra -Wstrict-prototypes -Wmissing-prototypes \
	-Wold-style-definition -Wshadow -Wundef -Wvla -Wpointer-arith \
	-Wwrite-strings -Wcast-qual -Wformat=2 \
	-Wdeclaration-after-statement -Wredundant-decls \
	-Wmissing-declarations -Wdate-time -Wno-sign-compare
warnings += $(if $(is_clang),-Wno-unused-command-line-argument \
	-Wno-pass-failed,\
	-Wimplicit-fallthrough -Wlogical-op -Wduplicated-cond)
warnings += $(if $(CONFIG_WERROR),-Werror)

# Nothing of where or when it was built may get into an object.
reproducible := -ffile-prefix-map=$(srctree)/= \
	-ffile-prefix-map=$(CURDIR)/= -ffile-prefix-map=$(CURDIR)=.

base := -std=gnu11 -O2 -g -ffreestanding -nostdinc \
	-isystem $(shell $(CC) -print-file-name=include) \
	-m64 -march=x86-64 -mgeneral-regs-only -mno-red-zone \
	-fpic -fvisibility=hidden -include $(srctree)/scripts/build/hidden.h \
	-fno-stack-protector -fno-asynchronous-unwind-tables \
	-fomit-frame-pointer -fno-strict-aliasing -fno-common \
	-fcf-protection=none \
	$(reproducible) $(warnings) \
	-include include/generated/autoconf.h -Iinclude

thunk-gcc := -mindirect-branch=thunk-extern -mindirect-branch-register \
	-fno-jump-tables
thunk-clang := -mretpoline-external-thunk -fno-jump-tables
thunk := $(if $(CONFIG_INDIRECT_THUNK),$(thunk-$(if $(is_clang),clang,gcc)))

flags-hypervisor := $(base) $(thunk) -D__HYPERVISOR__ \
	-I$(srctree)/hypervisor/include -I$(srctree)/hypervisor/x86/include
flags-libhcall := $(base) -I$(srctree)/abi/include \
	-I$(srctree)/libhcall/include
flags-pvguest := $(flags-libhcall) -I$(srctree)/pvguest/include \
	-I$(srctree)/drivers/include
flags-guest := $(flags-libhcall) -I$(srctree)/tests/guest/common

ldflags := -nostdlib -static -z noexecstack -z max-page-size=4096 \
	--build-id=none --no-warn-rwx-segments --fatal-warnings
