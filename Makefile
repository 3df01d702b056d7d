# SPDX-License-Identifier: MIT
#
# Sluice's makefile.  It is read twice: an outer pass in the source tree, which
# does set-up, tests and cleaning, and an inner pass in the object tree (O=DIR,
# "build" by default), which makes everything.  The inner make never descends:
# scripts/build/rules.mk reads each folder's Kbuild, so that one make sees all
# dependencies.
#
#   make [all]           build/sluice, build/pvguest, libhcall, test guests
#   make run test bench  set up what is missing, build, and go
#   make coverage        which lines the tests reach: build/coverage
#   make iso             build/sluice.iso: pvguest and the benchmark, by GRUB
#   make defconfig menuconfig savedefconfig
#   make docs            one HTML book and manual pages, below build/docs
#   make lint            what clang-tidy, cppcheck and shellcheck say
#   make port-count      what each of pvguest's back ends took
#   make dist            an archive of the committed tree
#   make new-guest NAME=x [DIR=path]   copies a guest to begin with
#   make install         libhcall, its headers and libhcall.pc (DESTDIR, PREFIX)
#   make clean mrproper  remove what was made / and the configuration too
#   O=DIR  V=1  CC=clang

export VERSION := 0.1

ifndef SLUICE_OUT

O ?= build
srctree := $(CURDIR)
out := $(abspath $(O))
MAKEFLAGS += -rR --no-print-directory
outer := run test coverage bench soak iso docs lint dist new-guest port-count setup \
	clean mrproper
inner := $(filter-out $(outer),$(or $(MAKECMDGOALS),all))
# Two that are started in the same object tree take turns.
inner_make = SLUICE_OUT=$(out) srctree=$(srctree) flock -o $(out)/.lock \
	$(MAKE) -C $(out) -f $(srctree)/Makefile

.PHONY: $(outer) $(inner) all __inner __ready

ifneq ($(inner),)
$(inner): __inner ; @:
endif
__inner:
	@command -v kconfig-conf >/dev/null || { \
		echo "tools are missing: make setup installs them" >&2; exit 1; }
	@mkdir -p $(out)
	+@$(inner_make) $(inner)

# A missing tool is got before it is missed.
__ready:
	@O=$(out) $(srctree)/scripts/setup --quick
	@mkdir -p $(out)
	+@$(inner_make) all

# The commands below may call make again: they get a clean environment.
clean_env := env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS O=$(out)

run: __ready
	@$(clean_env) $(srctree)/scripts/run/run
test: __ready
	@$(clean_env) $(srctree)/scripts/run/test
coverage: __ready
	@$(clean_env) $(srctree)/scripts/coverage
bench: __ready
	@$(clean_env) $(srctree)/tests/bench/bench
iso: __ready
	@$(clean_env) $(srctree)/scripts/run/iso
soak: __ready
	@$(clean_env) $(srctree)/scripts/run/soak
docs:
	@O=$(out) $(srctree)/scripts/setup --quick
	@$(srctree)/scripts/docs/book $(out)/docs
lint: __ready
	@$(clean_env) $(srctree)/scripts/lint
port-count:
	@$(srctree)/scripts/port-count
new-guest:
	@$(srctree)/scripts/new-guest "$(NAME)" "$(DIR)"
dist_name := sluice-$(VERSION)
dist:
	@mkdir -p $(out)
	@git -C $(srctree) archive --prefix=$(dist_name)/ HEAD | \
		gzip -n9 >$(out)/$(dist_name).tar.gz
	@echo $(out)/$(dist_name).tar.gz
setup:
	@$(srctree)/scripts/setup
clean:
	@rm -rf $(addprefix $(out)/,obj libhcall lwip tests examples sluice pvguest)
mrproper: clean
	@rm -rf $(addprefix $(out)/,include .config .config.old defconfig)
Makefile: ;

else

all:
CONF := kconfig-conf -s
vpath %Kconfig $(srctree)
include $(srctree)/scripts/build/if_changed.mk

configs := config menuconfig nconfig oldconfig olddefconfig savedefconfig \
	alldefconfig allyesconfig allnoconfig defconfig %_defconfig
ifneq ($(filter-out $(configs),$(or $(MAKECMDGOALS),all)),)
include include/config/auto.conf
-include include/config/auto.conf.cmd
endif

.config:
	@$(CONF) --alldefconfig Kconfig >/dev/null
include/config/auto.conf: .config
	@mkdir -p include/config include/generated include/outside
	@ln -sfn /usr/include/multiboot include/outside/multiboot
	@$(CONF) --olddefconfig Kconfig >/dev/null
	@$(CONF) --silentoldconfig Kconfig
	@touch $@
config: FORCE ; @$(CONF) --oldaskconfig Kconfig
oldconfig olddefconfig alldefconfig allyesconfig allnoconfig: FORCE
	@$(CONF) --$@ Kconfig
defconfig: FORCE ; @$(CONF) --alldefconfig Kconfig
%_defconfig: FORCE ; @$(CONF) --defconfig=$(srctree)/configs/$@ Kconfig
savedefconfig: FORCE ; @$(CONF) --savedefconfig=defconfig Kconfig
menuconfig: FORCE ; @kconfig-mconf Kconfig
nconfig: FORCE ; @kconfig-nconf Kconfig

ifdef CONFIG_NR_CPUS
include $(srctree)/scripts/build/rules.mk
include $(srctree)/scripts/build/install.mk
endif

endif
FORCE:
.PHONY: FORCE all
