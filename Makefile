# SPDX-License-Identifier: ISC
# GNU make.  `make run` shows it at work, `make test` proves it, `make help`
# names the rest.
CC       = gcc
CFLAGS  ?= -O2 -g
B       ?= build
VERSION := $(shell git describe --always --dirty 2>/dev/null || echo unversioned)

WARN     = -std=c11 -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes \
           -Wmissing-prototypes -Wpointer-arith -Wcast-qual -Wwrite-strings \
           -Wconversion -Wformat=2 -Wvla -Wundef -Wno-missing-field-initializers
HARDEN   = -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -fstack-protector-strong -fstack-clash-protection \
           -fcf-protection -ftrivial-auto-var-init=zero -fPIE
LDHARDEN = -pie -Wl,-z,relro,-z,now,-z,noexecstack,-z,separate-code -Wl,--as-needed
INCLUDE  = -isystem /usr/include/postgresql
# What the caller asks for comes first: it cannot take the hardening away.
ALL_CFLAGS = $(WARN) -D_GNU_SOURCE $(INCLUDE) $(CFLAGS) $(CPPFLAGS) $(HARDEN)
LIBS     = -lfcgi -lpq -lexpat -lcrypto -lcrypt -lldap -llber -lqrencode

PROGRAMS = discovery enrollment management
SIGNER   = $(patsubst %.c,$(B)/%.o,$(sort $(wildcard fcgi/signer*.c)) \
           fcgi/signing.c $(addprefix common/,$(addsuffix .c,arena base64 buf \
           config db der faultpoint log sqlstate stop text unixsock utf8)) \
           $(sort $(wildcard common/x509*.c)))
# It speaks HTTP to others, and the workers do not.
WEBHOOK  = $(patsubst %.c,$(B)/%.o,$(sort $(wildcard fcgi/webhook*.c)) \
           $(addprefix common/,$(addsuffix .c,arena base64 buf config db \
           digest faultpoint log seal sqlstate stop text utf8)))
COMMON   = $(patsubst %.c,$(B)/%.o,$(sort $(wildcard common/*.c)))
# What is pure: everything of fcgi/ but the mains and what they share.
PURE     = $(patsubst %.c,$(B)/%.o,$(filter-out fcgi/program.c fcgi/renewal.c fcgi/sender.c fcgi/secret.c fcgi/sealing.c fcgi/delivery.c fcgi/upload.c \
           fcgi/authenticate.c fcgi/page_serve.c fcgi/signer%.c fcgi/webhook%.c fcgi/monitor.c \
           $(PROGRAMS:%=fcgi/%.c),$(sort $(wildcard fcgi/*.c))))
BIN      = $(PROGRAMS:%=$(B)/bin/fenestra-%)
UNIT     = $(patsubst tests/unit/%.c,$(B)/test/%,$(wildcard tests/unit/test_*.c))

# What is built and installed.
ALL      = $(BIN) $(B)/bin/fenestra-signer $(B)/bin/fenestra-webhook

all: $(ALL)

help:
	@echo 'make            build the workers into $(B)/bin'
	@echo 'make run        show it at work (ONCE=1: and end; HTTPS_PORT, HTTP_PORT, LISTEN)'
	@echo 'make test       run every suite (SUITES="unit sql ..." for some; FUZZ_RUNS, JOBS)'
	@echo 'make install    install it (PREFIX, DESTDIR, ...); make uninstall; make deb'
	@echo 'make test-ops   run what needs a booted system: packages, systemd, set-up'
	@echo 'make bench      measure it; make fuzz FUZZ_TIME=60; make lint; make clean'

# V=1 shows the commands.
Q        = $(if $(V),,@)

$(B)/%.o: %.c
	@mkdir -p $(@D)
	@echo "  CC   $<"
	$(Q)$(CC) $(ALL_CFLAGS) $(DEFINES) -MMD -MP -c $< -o $@

$(B)/fcgi/program.o $(B)/fcgi/signer.o $(B)/fcgi/webhook.o: DEFINES = -DFENESTRA_VERSION='"$(VERSION)"'

$(B)/bin/fenestra-enrollment: $(B)/fcgi/renewal.o
$(B)/bin/fenestra-management: $(addprefix $(B)/fcgi/,delivery.o sender.o secret.o sealing.o upload.o)
$(B)/bin/fenestra-enrollment: $(B)/fcgi/secret.o
$(B)/bin/fenestra-enrollment: $(B)/fcgi/authenticate.o $(B)/fcgi/page_serve.o

$(BIN): $(B)/bin/fenestra-%: $(B)/fcgi/%.o $(B)/fcgi/program.o $(B)/fcgi/monitor.o $(PURE) $(COMMON)
	@mkdir -p $(@D)
	@echo "  LINK $@"
	$(Q)$(CC) $^ -o $@ $(LDHARDEN) $(LDFLAGS) $(LIBS)

# It holds the CA's key: neither FastCGI nor XML is in it.
$(B)/bin/fenestra-signer: $(SIGNER)
	@mkdir -p $(@D)
	@echo "  LINK $@"
	$(Q)$(CC) $^ -o $@ $(LDHARDEN) $(LDFLAGS) -lpq -lcrypto

$(B)/bin/fenestra-webhook: $(WEBHOOK)
	@mkdir -p $(@D)
	@echo "  LINK $@"
	$(Q)$(CC) $^ -o $@ $(LDHARDEN) $(LDFLAGS) -lpq -lcrypto -lcurl

include deploy/install.mk
-include tests/device/device.mk tests/unit/unit.mk tests/bench/bench.mk tests/wbxml/wbxml.mk tests/faults/faults.mk

device: $(B)/bin/fenestra-device

# Show it to a newcomer: install, build, serve, enroll a simulated device.
run:
	@deploy/stack packages run
	@$(MAKE) --no-print-directory all device
	@deploy/demo

# The driver names the suites and counts; see tests/run.
test:
	@deploy/stack packages test
	@$(MAKE) --no-print-directory all device unit-tests fuzz-targets fault-workers
	@tests/run $(SUITES)

# As root, on a machine that lets it boot containers; see tests/ops/.
test-ops:
	@deploy/stack packages ops
	@$(MAKE) --no-print-directory all device
	@tests/run $(or $(SUITES),ops)

# For as long as asked; what it finds is kept below $(B)/fuzz/found.
fuzz: fuzz-targets
	@set -e; for t in $(FUZZ); do \
	    n=$${t##*/fuzz_}; echo "== $$n"; mkdir -p $(B)/fuzz/found/$$n; \
	    $$t -max_total_time=$${FUZZ_TIME:-60} -timeout=5 -rss_limit_mb=512 \
	        -artifact_prefix=$(B)/fuzz/found/ $(B)/fuzz/found/$$n \
	        tests/fuzz/corpus/$$n; \
	done

lint:
	@deploy/stack packages test
	@tests/lint

# A part of lint: no SQL text is put together from values.
lint-sql:
	@tests/lint-sql

clean:
	rm -rf $(B)

.PHONY: all help run test test-ops lint lint-sql bench fuzz clean device
-include $(shell find $(B) -name '*.d' 2>/dev/null)
