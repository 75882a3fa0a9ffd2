# SPDX-License-Identifier: ISC
# The helper of tests/wbxml/oracle.py, which calls make for it.
#   make wbxml-convert    build/test/wbxml_convert
WBXML_OBJ = $(B)/tests/wbxml/convert.o $(B)/tests/wbxml/same.o

wbxml-convert: $(B)/test/wbxml_convert

# So that syncml_read() can be made to read either encoding.
$(B)/test/wbxml_convert: $(WBXML_OBJ) $(COMMON)
	@mkdir -p $(@D)
	@echo "  LINK $@"
	$(Q)$(CC) $^ -o $@ $(LDHARDEN) $(LDFLAGS) -Wl,--wrap=xml_read $(LIBS)

.PHONY: wbxml-convert
