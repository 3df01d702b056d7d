# SPDX-License-Identifier: MIT
#
# lwIP as a library, from the source that scripts/fetch-lwip gets.  $(lwip) is
# its folder, empty if there is none: then Kbuild takes none.o in its place.
# Its code is not ours: no warnings, and names of files without our folders.

lwip := $(if $(CONFIG_NET),$(shell $(srctree)/scripts/fetch-lwip))

lwip-include := -I$(srctree)/pvguest/net/include -I$(lwip)/src/include
flags-lwip := $(filter-out -W%,$(flags-pvguest)) -w $(lwip-include) \
	-ffile-prefix-map=$(lwip)/=lwip/

lwip-core := def dns inet_chksum init ip mem memp netif pbuf raw stats sys tcp \
	tcp_in tcp_out timeouts udp
lwip-ipv4 := dhcp etharp icmp igmp ip4 ip4_addr ip4_frag
lwip-ipv6 := ethip6 icmp6 inet6 ip6 ip6_addr ip6_frag mld6 nd6

objs-lwip := $(addprefix obj/lwip/,$(addsuffix .o,\
	$(addprefix core/,$(lwip-core)) $(addprefix core/ipv4/,$(lwip-ipv4)) \
	$(addprefix core/ipv6/,$(lwip-ipv6)) netif/ethernet))

ifeq ($(lwip),)
objs-lwip :=
else
obj/lwip/%.o: $(lwip)/src/%.c FORCE
	$(call if_changed,cc)
$(call compiled,lwip,$(objs-lwip),$(flags-lwip))
# What is longer than the MTU is not always to be made fragments of: gso.c.
obj/lwip/core/ipv4/ip4.o: obj-flags += -Dip4_frag=net_ip4_frag
obj/lwip/core/ipv6/ip6.o: obj-flags += -Dip6_frag=net_ip6_frag
endif
