# SPDX-License-Identifier: ISC
# The unit tests and the fuzz targets; included by the Makefile at the top.
#   make unit-tests    build/test/test_*
#   make unit-asan     the same with ASan and UBSan in build/asan
#   make fuzz-targets  build/fuzz/fuzz_*

# Some tests say _GNU_SOURCE themselves, in the same words as here.
UNIT_CFLAGS = $(filter-out -D_GNU_SOURCE,$(ALL_CFLAGS)) -D_GNU_SOURCE=
UNIT_HELP   = $(B)/test/unit.o $(B)/test/tree.o
UNIT_LINK   = $(LDHARDEN) $(LDFLAGS) $(LIBS) -lcmocka
SANITIZE    = -fsanitize=address,undefined -fno-sanitize-recover=all

unit-tests: $(UNIT)

unit-asan:
	$(MAKE) B=$(B)/asan HARDEN= LDHARDEN= LDFLAGS='$(SANITIZE)' \
	    CFLAGS='-O1 -g -fno-omit-frame-pointer $(SANITIZE)' unit-tests

$(B)/test/%.o: tests/unit/%.c
	@mkdir -p $(@D)
	@echo "  CC   $<"
	$(Q)$(CC) $(UNIT_CFLAGS) -MMD -MP -c $< -o $@

$(UNIT): $(B)/test/%: $(B)/test/%.o $(UNIT_HELP) $(PURE) $(COMMON)
	@echo "  LINK $@"
	$(Q)$(CC) $^ -o $@ $(UNIT_LINK)

# libFuzzer is clang's.  Of the project only what is pure is linked: neither
# FastCGI nor the database.
FUZZ_CC     = clang-14
FUZZ_CFLAGS = -std=c11 -D_GNU_SOURCE -g -O1 -fno-omit-frame-pointer \
              -fno-sanitize-recover=all
FUZZ_SOURCE = $(filter-out common/db.c common/fcgi.c common/password.c, \
              $(sort $(wildcard common/*.c))) \
              $(PURE:$(B)/%.o=%.c) tests/fuzz/fuzz.c tests/fuzz/message.c
# So that a target can have what is read come in chunks.
FUZZ_WRAP   = -Wl,--wrap=XML_Parse,--wrap=xml_text
FUZZ_OBJ    = $(FUZZ_SOURCE:%.c=$(B)/fuzz/obj/%.o)
FUZZ        = $(patsubst tests/fuzz/%.c,$(B)/fuzz/%, \
              $(wildcard tests/fuzz/fuzz_*.c))

fuzz-targets: $(FUZZ)

$(B)/fuzz/obj/%.o: %.c
	@mkdir -p $(@D)
	@echo "  CC   $< (fuzz)"
	$(Q)$(FUZZ_CC) $(FUZZ_CFLAGS) -fsanitize=fuzzer-no-link,address,undefined \
	    -MMD -MP -c $< -o $@

$(FUZZ): $(B)/fuzz/%: $(B)/fuzz/obj/tests/fuzz/%.o $(FUZZ_OBJ)
	@echo "  LINK $@"
	$(Q)$(FUZZ_CC) $^ -o $@ -fsanitize=fuzzer,address,undefined $(FUZZ_WRAP) \
	    -lexpat -lcrypto -lldap -llber -lqrencode

.SECONDARY: $(UNIT:%=%.o) $(FUZZ:$(B)/fuzz/%=$(B)/fuzz/obj/tests/fuzz/%.o)
.PHONY: unit-tests unit-asan fuzz-targets
