# SPDX-License-Identifier: MIT
#
# From the folders' Kbuild files to rules.  A Kbuild says
#
#   obj-y := a.o sub/      objects, and folders that have a Kbuild of their own
#   obj-$(CONFIG_X) += b.o
#   ccflags-y := ...       flags of this folder alone
#   CFLAGS_a.o := ...      flags of one object
#
# Objects lie under obj/, in the same folders as their sources.

include $(srctree)/scripts/build/flags.mk
include $(srctree)/Kbuild

# ---- One object -----------------------------------------------------------

# $(obj-flags) is set for each folder's objects by `folder' below.
cmd_cc = $(CC) $(obj-flags) $(CFLAGS_$(@F)) -MMD -MP -MF $@.d -c -o $@ $< && \
	$(srctree)/scripts/build/fixdep $@
cmd_as = $(CC) $(obj-flags) -D__ASSEMBLY__ -MMD -MP -MF $@.d -c -o $@ $< && \
	$(srctree)/scripts/build/fixdep $@
cmd_lds = $(CC) $(obj-flags) -D__ASSEMBLY__ -E -P -x c -MMD -MP -MT $@ \
	-MF $@.d -o $@ $< && $(srctree)/scripts/build/fixdep $@
cmd_asm-s = $(CC) $(obj-flags) -g0 -MMD -MP -MF $@.d -S -o $@ $< && \
	$(srctree)/scripts/build/fixdep $@
cmd_ar = rm -f $@; $(AR) rcDP $@ $(filter %.o,$^)

obj/%.o: $(srctree)/%.c FORCE
	$(call if_changed,cc)
obj/%.o: $(srctree)/%.S FORCE
	$(call if_changed,as)
obj/%.lds: $(srctree)/%.lds.S FORCE
	$(call if_changed,lds)

# ---- Folders --------------------------------------------------------------

all_targets :=

# $(call folder,DIR,FLAGS): read DIR/Kbuild and the folders below it, and leave
# all their objects in objs-DIR.
define folder
$(eval obj-y :=)$(eval ccflags-y :=)
$(eval include $(srctree)/$1/Kbuild)
$(eval objs-$1 := $(addprefix obj/$1/,$(filter %.o,$(obj-y))))
$(eval dirs-$1 := $(patsubst %/,$1/%,$(filter %/,$(obj-y))))
$(call compiled,$1,$(objs-$1),$(flags-$2) $(ccflags-y))
$(foreach sub,$(dirs-$1),$(call folder,$(sub),$2))
$(eval objs-$1 += $(foreach sub,$(dirs-$1),$(objs-$(sub))))
endef

# $(call compiled,DIR,OBJECTS,FLAGS)
define compiled
$(eval $(sort $2) obj/$1/%.lds obj/$1/%.s: obj-flags := $3)
$(eval $(sort $2): | include/config/auto.conf \
	$(if $(filter hypervisor%,$1),$$(generated)))
$(eval all_targets += $2)
endef

# ---- Libraries ------------------------------------------------------------

libs := libhcall
$(foreach lib,$(libs),$(call folder,$(lib),$(lib)))

define library
all: $1/$1.a
$1/$1.a: $(objs-$1) FORCE
	@mkdir -p $$(@D)
	$$(call if_changed,ar)
all_targets += $1/$1.a
endef
$(foreach lib,$(libs),$(if $(strip $(objs-$(lib))),$(eval $(call library,$(lib)))))
include $(srctree)/pvguest/net/lwip.mk
$(if $(objs-lwip),$(eval $(call library,lwip)))
lib_files = $(foreach lib,$1,$(if $(strip $(objs-$(lib))),$(lib)/$(lib).a))

# ---- Offsets for assembly -------------------------------------------------

offsets := $(wildcard $(srctree)/hypervisor/pv/asm-offsets.c)
generated_header := include/generated/asm-offsets.h
generated := $(if $(offsets),$(generated_header))
cmd_offsets = $(srctree)/scripts/build/asm-offsets <$< >$@

obj/hypervisor/pv/asm-offsets.s: $(offsets) FORCE | include/config/auto.conf
	$(call if_changed,asm-s)
$(generated_header): obj/hypervisor/pv/asm-offsets.s FORCE
	$(call if_changed,offsets)
all_targets += obj/hypervisor/pv/asm-offsets.s $(generated_header)

# ---- The screen's font ----------------------------------------------------

font_header := include/generated/font.h
font_source := /usr/share/grub/unicode.pf2
cmd_font = $(srctree)/scripts/build/font $(font_source) >$@

$(font_header): $(srctree)/scripts/build/font FORCE | include/config/auto.conf
	$(call if_changed,font)
obj/hypervisor/x86/fb.o obj/pvguest/boot/native/fb.o: | $(font_header)
all_targets += $(font_header)

# ---- Images ---------------------------------------------------------------

name_link := ld
cmd_link = $(LD) $(ldflags) -T $(filter %.lds,$^) -o $@ $(filter %.o,$^) \
	$(filter %.a,$^)
# The hypervisor carries the names of its own functions.
cmd_link-ksym = $(srctree)/scripts/build/link-ksym $@ "$(CC)" "$(NM)" \
	$(LD) $(ldflags) -T $(filter %.lds,$^) $(filter %.o,$^)
name_link-ksym := ld

link-sluice := link-ksym

$(foreach i,$(images),$(foreach d,$($i-dirs),$(call folder,$d,$($i-flags))))

define image
all: $1
$1: $(foreach d,$($1-dirs),$(objs-$d)) $(call lib_files,$($1-libs)) \
		obj/$($1-lds) $(if $(link-$1),\
		$(srctree)/scripts/build/$(link-$1)) FORCE
	$$(call if_changed,$(or $(link-$1),link))
obj/$($1-lds): | include/config/auto.conf
all_targets += $1 obj/$($1-lds)
endef
# Without a linker script there is no image yet, but its objects are made.
$(foreach i,$(images),$(if $(wildcard $(srctree)/$($i-lds).S),\
	$(eval $(call image,$i)),\
	$(eval all: $(foreach d,$($i-dirs),$(objs-$d)))))

# ---- Test guests and examples: each folder is an image --------------------
#
# All *.c and *.S of the folder, unless a Kbuild says otherwise in obj-y;
# tests/guest/common with it, unless the Kbuild says common-y := n; linked by
# guest.lds.S of the folder, or else of tests/guest/common; without that, of
# examples/hello.

guest_common := tests/guest/common
sources = $(sort $(patsubst $(srctree)/$1/%,%,$(wildcard \
	$(srctree)/$1/*.c $(filter-out %.lds.S,$(wildcard $(srctree)/$1/*.S)))))

# $(call guest_folder,DIR)
define guest_folder
$(eval obj-y := $(addsuffix .o,$(basename $(call sources,$1))))
$(eval ccflags-y :=)$(eval common-y := y)
$(eval -include $(srctree)/$1/Kbuild)
$(eval objs-$1 := $(addprefix obj/$1/,$(obj-y)))
$(eval common-$1 := $(filter tests/guest/%,$1)$(filter n,$(common-y)))
$(eval lds-$1 := obj/$(firstword $(patsubst $(srctree)/%.S,%,$(wildcard \
	$(srctree)/$1/guest.lds.S)) $(if $(filter $1,$(common-$1)),\
	$(guest_common),examples/hello)/guest.lds))
$(call compiled,$1,$(objs-$1),$(flags-guest) $(ccflags-y))
endef

define guest
all: $1
$1: $(objs-$1) $(if $(filter $1,$(common-$1)),$(objs-$(guest_common))) \
		$(call lib_files,libhcall) $(lds-$1) FORCE
	@mkdir -p $$(@D)
	$$(call if_changed,link)
$(lds-$1): | include/config/auto.conf
all_targets += $1 $(lds-$1)
endef

guest_dirs := $(sort $(patsubst $(srctree)/%/,%,$(wildcard \
	$(srctree)/tests/guest/*/ $(srctree)/examples/*/)))
$(foreach d,$(guest_dirs),$(call guest_folder,$d))
$(foreach d,$(filter-out $(guest_common),$(guest_dirs)),\
	$(if $(strip $(objs-$d)),$(eval $(call guest,$d))))

# ---- What the last build said ---------------------------------------------

$(shell mkdir -p $(sort $(dir $(all_targets))))
-include $(wildcard $(addsuffix .cmd,$(sort $(all_targets))) \
	$(addsuffix .d,$(sort $(all_targets))))
