# SPDX-License-Identifier: MIT
#
# $(call if_changed,NAME) as a recipe runs cmd_NAME if a prerequisite is newer
# than the target or if the command differs from the one that made the target,
# which is kept beside it in TARGET.cmd.  Targets that use it depend on FORCE.

# A command as it has to be written into a makefile.
esc     = $(subst #,\#,$(subst $$,$$$$,$(strip $1)))
# Empty if both texts are the same.
differs = $(subst x$(strip $1)x,,x$(strip $2)x)$(subst x$(strip $2)x,,x$(strip $1)x)
why     = $(filter-out FORCE,$?)$(if $(wildcard $@),,missing)
changed = $(why)$(call differs,$(saved_$@),$(cmd_$1))
name    = $(or $(name_$1),$1)

if_changed = $(if $(strip $(changed)),$(file >$@.cmd~,saved_$@ := $(call \
	esc,$(cmd_$1)))$(if $V,,@printf '  %-8s%s\n' $(name) $@; )$(cmd_$1) && \
	mv $@.cmd~ $@.cmd,@:)

CC ?= gcc
LD ?= ld
AR ?= ar
NM ?= nm
HOSTCC ?= gcc

.DELETE_ON_ERROR:
.SUFFIXES:
