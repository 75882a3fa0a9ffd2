# SPDX-License-Identifier: ISC
# Workers for tests/faults/run.py, which kills them at named places; they are
# built apart, for no other build has these places.
#   make fault-workers    build/faults/bin/fenestra-*
fault-workers:
	@$(MAKE) --no-print-directory B=$(B)/faults \
	    CFLAGS='$(CFLAGS) -DFENESTRA_FAULTS' all

.PHONY: fault-workers
