# SPDX-License-Identifier: ISC
# The simulated device; the top Makefile includes this.

B ?= build

DEVICE_SRC = account.c bad.c codec.c csp.c csp_table.c csr.c device.c \
             discover.c dom.c enroll.c exchange.c fault.c grammar.c http.c \
             issue.c load.c main.c package.c pki_cert.c pki_forge.c pki_key.c \
             policy.c provision.c report.c selftest.c selftest_judge.c \
             selftest_provision.c selftest_soap.c selftest_tree.c session.c \
             soap.c state.c syncml.c syncml_xml.c util.c verify.c wap.c
DEVICE_OBJ = $(DEVICE_SRC:%.c=$(B)/device/%.o)

$(B)/device/%.o: tests/device/%.c
	@mkdir -p $(@D)
	@echo "  CC   $<"
	$(Q)$(CC) $(WARN) -D_GNU_SOURCE -MMD -MP $(CFLAGS) -c $< -o $@

$(B)/bin/fenestra-device: $(DEVICE_OBJ)
	@mkdir -p $(@D)
	@echo "  LINK $@"
	$(Q)$(CC) $(WARN) $(CFLAGS) $^ -o $@ $(LDFLAGS) -lcurl -lexpat -lssl \
	    -lcrypto

-include $(DEVICE_OBJ:.o=.d)
