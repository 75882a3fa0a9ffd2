/* SPDX-License-Identifier: ISC */
#ifndef FENESTRA_UNIT_WBXML_VECTORS_H
#define FENESTRA_UNIT_WBXML_VECTORS_H

/* Made with xml2wbxml -n of libwbxml 0.11.8, but the last. */
static const struct wbxml_vector {
	const char *what;
	const char *hex;
	const char *xml;
	int written; /* it is what we write */
} wbxml_vectors[] = {
	{ "package 1",
	    "02A4016A006D6C7103312E3200017203444D2F312E32000165033100015B0331"
	    "00016E5703687474703A2F2F732F00010167570364310001015A00014C033430"
	    "39360001010100006B464B033100014F0331323031000101120101",
	    "<SyncML xmlns=\"SYNCML:SYNCML1.2\"><SyncHdr>"
	    "<VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto>"
	    "<SessionID>1</SessionID><MsgID>1</MsgID><Target>"
	    "<LocURI>http://s/</LocURI></Target><Source>"
	    "<LocURI>d1</LocURI></Source><Meta>"
	    "<MaxMsgSize "
	    "xmlns=\"syncml:metinf\">4096</MaxMsgSize></Meta></SyncHdr>"
	    "<SyncBody><Alert><CmdID>1</CmdID>"
	    "<Data>1201</Data></Alert><Final/></SyncBody></SyncML>",
	    1 },
	{ "Data in OPAQUE",
	    "02A4016A006D6C7103312E3200017203444D2F312E32000165033100015B0331"
	    "00016E57036431000101675703687474703A2F2F732F000101016B604B033300"
	    "01546E57032E2F610001015A00014703786D6C00015303746578742F706C6169"
	    "6E00010100004FC30A3C656E61626C65642F3E010101120101",
	    "<SyncML xmlns=\"SYNCML:SYNCML1.2\"><SyncHdr>"
	    "<VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto>"
	    "<SessionID>1</SessionID><MsgID>1</MsgID><Target>"
	    "<LocURI>d1</LocURI></Target><Source>"
	    "<LocURI>http://s/</LocURI></Source></SyncHdr><SyncBody>"
	    "<Replace><CmdID>3</CmdID><Item><Target>"
	    "<LocURI>./a</LocURI></Target><Meta>"
	    "<Format xmlns=\"syncml:metinf\">xml</Format>"
	    "<Type xmlns=\"syncml:metinf\">text/plain</Type></Meta>"
	    "<Data>&lt;enabled/&gt;</Data></Item></Replace>"
	    "<Final/></SyncBody></SyncML>",
	    1 },
	{ "a challenge",
	    "02A4016A006D6C7103312E3200017203444D2F312E32000165033100015B0331"
	    "00016E57036431000101675703687474703A2F2F732F000101016B694B033100"
	    "015C033100014C033000014A0353796E634864720001495A0001470362363400"
	    "01530373796E636D6C3A617574682D6D643500015003546D39755932553D0001"
	    "010100004F03343037000101120101",
	    "<SyncML xmlns=\"SYNCML:SYNCML1.2\"><SyncHdr>"
	    "<VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto>"
	    "<SessionID>1</SessionID><MsgID>1</MsgID><Target>"
	    "<LocURI>d1</LocURI></Target><Source>"
	    "<LocURI>http://s/</LocURI></Source></SyncHdr><SyncBody>"
	    "<Status><CmdID>1</CmdID><MsgRef>1</MsgRef>"
	    "<CmdRef>0</CmdRef><Cmd>SyncHdr</Cmd><Chal><Meta>"
	    "<Format xmlns=\"syncml:metinf\">b64</Format>"
	    "<Type xmlns=\"syncml:metinf\">syncml:auth-md5</Type>"
	    "<NextNonce "
	    "xmlns=\"syncml:metinf\">Tm9uY2U=</NextNonce></Meta></Chal>"
	    "<Data>407</Data></Status><Final/></SyncBody></SyncML>",
	    1 },
	{ "a question",
	    "02A4016A006D6C7103312E3200017203444D2F312E32000165033100015B0331"
	    "00016E57036431000101675703687474703A2F2F732F000101016B694B033100"
	    "015C033100014C033000014A0353796E6348647200014F03323030000101534B"
	    "03320001546E57032E2F44657644657461696C2F5377560001010101120101",
	    "<SyncML xmlns=\"SYNCML:SYNCML1.2\"><SyncHdr>"
	    "<VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto>"
	    "<SessionID>1</SessionID><MsgID>1</MsgID><Target>"
	    "<LocURI>d1</LocURI></Target><Source>"
	    "<LocURI>http://s/</LocURI></Source></SyncHdr><SyncBody>"
	    "<Status><CmdID>1</CmdID><MsgRef>1</MsgRef>"
	    "<CmdRef>0</CmdRef><Cmd>SyncHdr</Cmd>"
	    "<Data>200</Data></Status><Get><CmdID>2</CmdID><Item>"
	    "<Target>"
	    "<LocURI>./DevDetail/SwV</LocURI></Target></Item></Get>"
	    "<Final/></SyncBody></SyncML>",
	    1 },
	{ "a nonce in bytes",
	    "02A4016A006D6C7103312E3200017203444D2F312E32000165033100015B0331"
	    "00016E57036431000101675703687474703A2F2F732F000101016B694B033100"
	    "015C033100014C033000014A0353796E634864720001495A0001470362363400"
	    "01530373796E636D6C3A617574682D6D6435000150C3054E6F6E636501010100"
	    "004F03343037000101120101",
	    "<SyncML xmlns=\"SYNCML:SYNCML1.2\"><SyncHdr>"
	    "<VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto>"
	    "<SessionID>1</SessionID><MsgID>1</MsgID><Target>"
	    "<LocURI>d1</LocURI></Target><Source>"
	    "<LocURI>http://s/</LocURI></Source></SyncHdr><SyncBody>"
	    "<Status><CmdID>1</CmdID><MsgRef>1</MsgRef>"
	    "<CmdRef>0</CmdRef><Cmd>SyncHdr</Cmd><Chal><Meta>"
	    "<Format xmlns=\"syncml:metinf\">b64</Format>"
	    "<Type xmlns=\"syncml:metinf\">syncml:auth-md5</Type>"
	    "<NextNonce "
	    "xmlns=\"syncml:metinf\">Tm9uY2U=</NextNonce></Meta></Chal>"
	    "<Data>407</Data></Status><Final/></SyncBody></SyncML>",
	    0 },
	{ "a string table",
	    "02A4016A102E2F44657644657461696C2F537756006D6C7103312E3200017203"
	    "444D2F312E32000165033100015B033100016E57036431000101675703687474"
	    "703A2F2F732F000101016B694B033100015C033100014C033000014A0353796E"
	    "6348647200014F03323030000101534B03320001546E57830001010101120101",
	    "<SyncML xmlns=\"SYNCML:SYNCML1.2\"><SyncHdr>"
	    "<VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto>"
	    "<SessionID>1</SessionID><MsgID>1</MsgID><Target>"
	    "<LocURI>d1</LocURI></Target><Source>"
	    "<LocURI>http://s/</LocURI></Source></SyncHdr><SyncBody>"
	    "<Status><CmdID>1</CmdID><MsgRef>1</MsgRef>"
	    "<CmdRef>0</CmdRef><Cmd>SyncHdr</Cmd>"
	    "<Data>200</Data></Status><Get><CmdID>2</CmdID><Item>"
	    "<Target>"
	    "<LocURI>./DevDetail/SwV</LocURI></Target></Item></Get>"
	    "<Final/></SyncBody></SyncML>",
	    0 },
};

#endif
