# SPDX-License-Identifier: ISC
# Where `make install` puts things.  DESTDIR goes before every one of them.
PREFIX         ?= /usr/local
BINDIR         ?= $(PREFIX)/bin
LIBEXECDIR     ?= $(PREFIX)/libexec
DATADIR        ?= $(PREFIX)/share
MANDIR         ?= $(DATADIR)/man
SYSCONFDIR     ?= /etc
SYSTEMDUNITDIR ?= $(PREFIX)/lib/systemd/system
SYSUSERSDIR    ?= $(PREFIX)/lib/sysusers.d
TMPFILESDIR    ?= $(PREFIX)/lib/tmpfiles.d
COMPLETIONDIR  ?= $(DATADIR)/bash-completion/completions

PLACES = DESTDIR='$(DESTDIR)' BUILD='$(B)' \
         PROGRAMS='$(notdir $(ALL))' $(foreach v,PREFIX BINDIR LIBEXECDIR \
         DATADIR MANDIR SYSCONFDIR SYSTEMDUNITDIR SYSUSERSDIR TMPFILESDIR \
         COMPLETIONDIR,$(v)='$($(v))')

install: all
	$(Q)$(PLACES) deploy/install install

uninstall:
	$(Q)$(PLACES) deploy/install uninstall

# A Debian package in $(B)/deb; what it needs to be built is a dependency of it.
deb:
	@deploy/stack packages deb
	@deploy/deb $(B)/deb

.PHONY: install uninstall deb
