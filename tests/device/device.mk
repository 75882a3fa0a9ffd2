# SPDX-License-Identifier: ISC
# The simulated device; the top Makefile includes this.

B ?= build

DEVICE_SRC = account.c alert.c answer.c answer_group.c auth.c auth_server.c \
             bad.c codec.c csp.c csp_get.c csp_path.c csp_reason.c \
             csp_table.c csp_tree.c csr.c device.c digest.c discover.c dom.c \
             enroll.c exchange.c fault.c federated.c grammar.c http.c identity.c issue.c \
             load.c main.c object.c options.c outbox.c package.c pki_cert.c \
             pki_forge.c pki_key.c plan.c policy.c profile.c provision.c \
             renew.c report.c rounds.c selftest.c selftest_answer.c selftest_auth.c \
             selftest_judge.c selftest_outbox.c selftest_plan.c \
             selftest_provision.c selftest_soap.c selftest_tree.c \
             selftest_wbxml.c session.c sign.c soap.c state.c syncml.c \
             syncml_read.c syncml_xml.c util.c verify.c wap.c wbxml_read.c \
             wbxml_tags.c wbxml_write.c
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
