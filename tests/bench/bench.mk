# SPDX-License-Identifier: ISC
# `make bench` measures; see tests/bench/run.py for what and how.
BENCH_LOAD = main load checkin enroll keys

bench-programs: $(B)/bin/bench-floor $(B)/bin/bench-load $(B)/bin/bench-sign

$(B)/bin/bench-floor: $(B)/tests/bench/floor.o
	@mkdir -p $(@D)
	@echo "  LINK $@"
	$(Q)$(CC) $^ -o $@ $(LDHARDEN) $(LDFLAGS) -lfcgi -lpq

$(B)/bin/bench-load: $(BENCH_LOAD:%=$(B)/tests/bench/%.o)
	@mkdir -p $(@D)
	@echo "  LINK $@"
	$(Q)$(CC) $^ -o $@ $(LDHARDEN) $(LDFLAGS) -lcurl -lcrypto

$(B)/bin/bench-sign: $(B)/tests/bench/sign.o
	@mkdir -p $(@D)
	@echo "  LINK $@"
	$(Q)$(CC) $^ -o $@ $(LDHARDEN) $(LDFLAGS) -lcrypto -lcrypt

bench:
	@deploy/stack packages test
	@$(MAKE) --no-print-directory all device bench-programs
	@tests/bench/run.py

.PHONY: bench bench-programs
