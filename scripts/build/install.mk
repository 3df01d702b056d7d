# SPDX-License-Identifier: MIT
#
# make install: what a guest's author needs, under $(DESTDIR)$(PREFIX).

PREFIX ?= /usr/local
dest = $(DESTDIR)$(PREFIX)

install: libhcall/libhcall.a FORCE
	install -d $(dest)/lib/pkgconfig $(dest)/include/abi
	install -m 644 libhcall/libhcall.a $(dest)/lib/
	cd $(srctree)/abi/include && find . -type f | sort | while read f; do \
		install -D -m 644 $$f $(dest)/include/$$f; done
	cd $(srctree)/libhcall/include && find . -type f | sort | while read f; \
		do install -D -m 644 $$f $(dest)/include/$$f; done
	sed -e 's#@PREFIX@#$(PREFIX)#g' -e 's#@VERSION@#$(VERSION)#g' \
		$(srctree)/libhcall/libhcall.pc.in \
		>$(dest)/lib/pkgconfig/libhcall.pc
