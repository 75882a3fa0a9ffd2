/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "syncml.h"
#include "wbxml.h"

/* clang-format off */
static const struct wbxml_tag tags[] = {
 { 0, 0x05, "Add" },        { 0, 0x06, "Alert" },      { 0, 0x07, "Archive" },
 { 0, 0x08, "Atomic" },     { 0, 0x09, "Chal" },       { 0, 0x0a, "Cmd" },
 { 0, 0x0b, "CmdID" },      { 0, 0x0c, "CmdRef" },     { 0, 0x0d, "Copy" },
 { 0, 0x0e, "Cred" },       { 0, 0x0f, "Data" },       { 0, 0x10, "Delete" },
 { 0, 0x11, "Exec" },       { 0, 0x12, "Final" },      { 0, 0x13, "Get" },
 { 0, 0x14, "Item" },       { 0, 0x15, "Lang" },       { 0, 0x16, "LocName" },
 { 0, 0x17, "LocURI" },     { 0, 0x18, "Map" },        { 0, 0x19, "MapItem" },
 { 0, 0x1a, "Meta" },       { 0, 0x1b, "MsgID" },      { 0, 0x1c, "MsgRef" },
 { 0, 0x1d, "NoResp" },     { 0, 0x1e, "NoResults" },  { 0, 0x1f, "Put" },
 { 0, 0x20, "Replace" },    { 0, 0x21, "RespURI" },    { 0, 0x22, "Results" },
 { 0, 0x23, "Search" },     { 0, 0x24, "Sequence" },   { 0, 0x25, "SessionID" },
 { 0, 0x26, "SftDel" },     { 0, 0x27, "Source" },     { 0, 0x28, "SourceRef" },
 { 0, 0x29, "Status" },     { 0, 0x2a, "Sync" },       { 0, 0x2b, "SyncBody" },
 { 0, 0x2c, "SyncHdr" },    { 0, 0x2d, "SyncML" },     { 0, 0x2e, "Target" },
 { 0, 0x2f, "TargetRef" },  { 0, 0x31, "VerDTD" },     { 0, 0x32, "VerProto" },
 { 0, 0x33, "NumberOfChanges" },                       { 0, 0x34, "MoreData" },
 { 0, 0x35, "Field" },      { 0, 0x36, "Filter" },     { 0, 0x37, "Record" },
 { 0, 0x38, "FilterType" }, { 0, 0x39, "SourceParent" },
 { 0, 0x3a, "TargetParent" },                          { 0, 0x3b, "Move" },
 { 0, 0x3c, "Correlator" },
 { 1, 0x05, "Anchor" },     { 1, 0x06, "EMI" },        { 1, 0x07, "Format" },
 { 1, 0x08, "FreeID" },     { 1, 0x09, "FreeMem" },    { 1, 0x0a, "Last" },
 { 1, 0x0b, "Mark" },       { 1, 0x0c, "MaxMsgSize" }, { 1, 0x0d, "Mem" },
 { 1, 0x0e, "MetInf" },     { 1, 0x0f, "Next" },       { 1, 0x10, "NextNonce" },
 { 1, 0x11, "SharedMem" },  { 1, 0x12, "Size" },       { 1, 0x13, "Type" },
 { 1, 0x14, "Version" },    { 1, 0x15, "MaxObjSize" }, { 1, 0x16, "FieldLevel" },
};
/* clang-format on */

const char *
wbxml_name(unsigned page, unsigned token)
{
	size_t i;

	for (i = 0; i < COUNT(tags); i++)
		if (tags[i].page == page && tags[i].token == token)
			return tags[i].name;
	return NULL;
}

const char *
wbxml_namespace(unsigned page)
{
	return page == 0 ? NS_SYNCML : NS_METINF;
}

const struct wbxml_tag *
wbxml_tag(const char *ns, const char *name)
{
	unsigned page = strcmp(ns, NS_METINF) == 0 ? 1 : 0;
	const struct wbxml_tag *other = NULL;
	size_t i;

	for (i = 0; i < COUNT(tags); i++) {
		if (strcmp(tags[i].name, name) != 0)
			continue;
		if (tags[i].page == page)
			return &tags[i];
		other = &tags[i];
	}
	return other;
}
