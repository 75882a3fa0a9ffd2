/* SPDX-License-Identifier: ISC */
#include <string.h>
#include <strings.h>

#include "check.h"
#include "wbxml.h"
#include "xml.h"

#define SML "SYNCML:SYNCML1.2" XML_SEP
#define MET "syncml:metinf" XML_SEP

/* [OMA SyncML RepPro] 7.1 and [OMA SyncML MetInf] 6; the index is the token. */
/* clang-format off */
static const char *const page0[] = {
	[0x05] = SML "Add",
	[0x06] = SML "Alert",
	[0x07] = SML "Archive",
	[0x08] = SML "Atomic",
	[0x09] = SML "Chal",
	[0x0A] = SML "Cmd",
	[0x0B] = SML "CmdID",
	[0x0C] = SML "CmdRef",
	[0x0D] = SML "Copy",
	[0x0E] = SML "Cred",
	[0x0F] = SML "Data",
	[0x10] = SML "Delete",
	[0x11] = SML "Exec",
	[0x12] = SML "Final",
	[0x13] = SML "Get",
	[0x14] = SML "Item",
	[0x15] = SML "Lang",
	[0x16] = SML "LocName",
	[0x17] = SML "LocURI",
	[0x18] = SML "Map",
	[0x19] = SML "MapItem",
	[0x1A] = SML "Meta",
	[0x1B] = SML "MsgID",
	[0x1C] = SML "MsgRef",
	[0x1D] = SML "NoResp",
	[0x1E] = SML "NoResults",
	[0x1F] = SML "Put",
	[0x20] = SML "Replace",
	[0x21] = SML "RespURI",
	[0x22] = SML "Results",
	[0x23] = SML "Search",
	[0x24] = SML "Sequence",
	[0x25] = SML "SessionID",
	[0x26] = SML "SftDel",
	[0x27] = SML "Source",
	[0x28] = SML "SourceRef",
	[0x29] = SML "Status",
	[0x2A] = SML "Sync",
	[0x2B] = SML "SyncBody",
	[0x2C] = SML "SyncHdr",
	[0x2D] = SML "SyncML",
	[0x2E] = SML "Target",
	[0x2F] = SML "TargetRef",
	[0x31] = SML "VerDTD",
	[0x32] = SML "VerProto",
	[0x33] = SML "NumberOfChanges",
	[0x34] = SML "MoreData",
	[0x35] = SML "Field",
	[0x36] = SML "Filter",
	[0x37] = SML "Record",
	[0x38] = SML "FilterType",
	[0x39] = SML "SourceParent",
	[0x3A] = SML "TargetParent",
	[0x3B] = SML "Move",
	[0x3C] = SML "Correlator",
};

static const char *const page1[] = {
	[0x05] = MET "Anchor",
	[0x06] = MET "EMI",
	[0x07] = MET "Format",
	[0x08] = MET "FreeID",
	[0x09] = MET "FreeMem",
	[0x0A] = MET "Last",
	[0x0B] = MET "Mark",
	[0x0C] = MET "MaxMsgSize",
	[0x0D] = MET "Mem",
	[0x0E] = MET "MetInf",
	[0x0F] = MET "Next",
	[0x10] = MET "NextNonce",
	[0x11] = MET "SharedMem",
	[0x12] = MET "Size",
	[0x13] = MET "Type",
	[0x14] = MET "Version",
	[0x15] = MET "MaxObjSize",
	[0x16] = MET "FieldLevel",
};
/* clang-format on */

static const struct {
	const char *const *names;
	unsigned count;
	size_t prefix; /* what stands before the local name */
} pages[WBXML_PAGES] = {
	{ page0, COUNT(page0), sizeof(SML) - 1 },
	{ page1, COUNT(page1), sizeof(MET) - 1 },
};

const char *
wbxml_name(unsigned page, unsigned token)
{
	if (page >= WBXML_PAGES || token >= pages[page].count)
		return NULL;
	return pages[page].names[token];
}

/* No local name stands on both pages. */
int
wbxml_token(const char *local, unsigned *page, unsigned *token)
{
	const char *name;
	unsigned p, t;

	for (p = 0; p < WBXML_PAGES; p++)
		for (t = WBXML_TAG_FIRST; t < pages[p].count; t++) {
			if ((name = pages[p].names[t]) == NULL)
				continue;
			name += pages[p].prefix;
			if (*name != *local || strcmp(name, local) != 0)
				continue;
			*page = p;
			*token = t;
			return 0;
		}
	return -1;
}

int
wbxml_is_syncml(uint32_t id, const char *formal)
{
	static const struct {
		uint32_t id;
		const char *formal;
	} known[] = {
		{ WBXML_SYNCML_1_2, "-//SYNCML//DTD SyncML 1.2//EN" },
		{ 0x0FD3, "-//SYNCML//DTD SyncML 1.1//EN" },
		{ 0x0FD1, "-//SYNCML//DTD SyncML 1.0//EN" },
	};
	size_t i;

	if (id == WBXML_UNKNOWN)
		return 1;
	for (i = 0; i < COUNT(known); i++)
		if (id == 0 ? strcasecmp(formal, known[i].formal) == 0
			    : id == known[i].id)
			return 1;
	return 0;
}
