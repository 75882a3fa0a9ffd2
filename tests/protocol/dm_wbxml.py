# SPDX-License-Identifier: ISC
"""A WBXML codec of the tests' own, written from the tables of the standard:
trees of xmltree to octets in every form a device may choose, and back."""

import xmltree

SYNCML = 'SYNCML:SYNCML1.2'
METINF = 'syncml:metinf'
FPI = b'-//SYNCML//DTD SyncML 1.2//EN'

_PAGE0 = '''Add Alert Archive Atomic Chal Cmd CmdID CmdRef Copy Cred Data
Delete Exec Final Get Item Lang LocName LocURI Map MapItem Meta MsgID MsgRef
NoResp NoResults Put Replace RespURI Results Search Sequence SessionID SftDel
Source SourceRef Status Sync SyncBody SyncHdr SyncML Target TargetRef -
VerDTD VerProto NumberOfChanges MoreData Field Filter Record FilterType
SourceParent TargetParent Move Correlator'''.split()
_PAGE1 = '''Anchor EMI Format FreeID FreeMem Last Mark MaxMsgSize Mem MetInf
Next NextNonce SharedMem Size Type Version MaxObjSize FieldLevel'''.split()
PAGES = [dict(enumerate(names, 5)) for names in (_PAGE0, _PAGE1)]
CODES = [{n: c for c, n in page.items()} for page in PAGES]
assert CODES[0]['Correlator'] == 0x3c and CODES[1]['FieldLevel'] == 0x16
assert CODES[0]['SyncHdr'] == 0x2c and CODES[0]['VerDTD'] == 0x31

END, ENTITY, STR_I, LITERAL, STR_T, OPAQUE = 1, 2, 3, 4, 0x83, 0xc3


def number(value):
    """A mb_u_int32."""
    out = [value & 0x7f]
    while value > 0x7f:
        value >>= 7
        out.insert(0, 0x80 | value & 0x7f)
    return bytes(out)


class Encoder:
    """`text(node)` chooses inline, table, opaque, entity or split for the
    text of an element, or gives the octets to write themselves; elements
    named in `literal` are written by name; `empty` writes <x></x> with an
    END instead of a tag without content."""

    def __init__(self, version=2, public=0x1201, charset=0x6a, literal=(),
                 text=lambda node: 'inline', empty=False, fpi=FPI):
        self.version, self.public, self.charset = version, public, charset
        self.literal, self.text, self.empty = literal, text, empty
        self.table, self.page, self.fpi = b'', 0, fpi
        if public == 0:
            self.string(fpi)

    def string(self, data):
        """The offset of a string in the table."""
        at = self.table.find(data + b'\0')
        if at < 0:
            at = len(self.table)
            self.table += data + b'\0'
        return at

    def content(self, node):
        data, how = node.text.encode(), self.text(node)
        if isinstance(how, bytes):
            return how
        if how == 'table':
            return bytes([STR_T]) + number(self.string(data))
        if how == 'opaque':
            return bytes([OPAQUE]) + number(len(data)) + data
        if how == 'entity':
            return b''.join(bytes([ENTITY]) + number(ord(c))
                            for c in node.text)
        if how == 'split':
            half = len(node.text) // 2
            first, last = (t.encode() for t in (node.text[:half],
                                                node.text[half:]))
            return (bytes([STR_I]) + first + b'\0' + bytes([OPAQUE])
                    + number(len(last)) + last)
        assert how == 'inline' and b'\0' not in data, how
        return bytes([STR_I]) + data + b'\0'

    def element(self, node):
        page = 1 if node.local in CODES[1] and node.local not in CODES[0] \
            else 0
        blank = not node.text.strip()
        full = bool(node.children) or not blank or self.empty
        out = b''
        if node.local in self.literal or node.local not in CODES[page]:
            tag = bytes([LITERAL | 0x40 * full]) + number(
                self.string(node.local.encode()))
        else:
            if page != self.page:
                out, self.page = bytes([0, page]), page
            tag = bytes([CODES[page][node.local] | 0x40 * full])
        out += tag
        if node.children:
            out += b''.join(map(self.element, node.children))
        elif not blank or isinstance(self.text(node), bytes):
            out += self.content(node)
        return out + (bytes([END]) if full else b'')

    def document(self, root):
        body = self.element(root)
        # Version 1.0 has no charset in its header.
        return (bytes([self.version]) + number(self.public)
                + (number(self.table.find(self.fpi)) if not self.public
                   else b'')
                + (number(self.charset) if self.version else b'')
                + number(len(self.table)) + self.table + body)


def encode(source, **options):
    """XML text to WBXML."""
    return Encoder(**options).document(xmltree.parse(source.encode()))


class _Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def octet(self):
        assert self.at < len(self.data), 'WBXML ends early'
        self.at += 1
        return self.data[self.at - 1]

    def number(self):
        value = 0
        for _ in range(5):
            octet = self.octet()
            value = value << 7 | octet & 0x7f
            if octet < 0x80:
                return value
        raise AssertionError('a mb_u_int32 of more than 5 octets')

    def take(self, size):
        assert self.at + size <= len(self.data), 'WBXML ends early'
        self.at += size
        return self.data[self.at - size:self.at]

    def until_nul(self):
        end = self.data.index(b'\0', self.at)
        out, self.at = self.data[self.at:end], end + 1
        return out


def decode(data):
    """The server's WBXML to a tree; what a server must write is asserted:
    version 1.2, the number of SyncML 1.2, UTF-8, nothing behind the end.
    Text given as OPAQUE is also kept as node.opaque."""
    read = _Reader(data)
    assert read.octet() == 2, 'not WBXML 1.2'
    public = read.number()
    assert public == 0x1201, 'public id %#x' % public
    assert read.number() == 0x6a, 'not UTF-8'
    table = read.take(read.number())
    page, stack, root, chunks = 0, [], None, {}
    while root is None or stack:
        token = read.octet()
        if token == 0:
            page = read.octet()
            assert page in (0, 1), 'code page %d' % page
        elif token == END:
            assert stack, 'END without a tag'
            node = stack.pop()
            node.text = b''.join(chunks.pop(id(node))).decode()
        elif token in (STR_I, STR_T, OPAQUE):
            assert stack, 'text outside'
            if token == STR_I:
                text = read.until_nul()
            elif token == STR_T:
                at = read.number()
                text = table[at:table.index(b'\0', at)]
            else:
                text = read.take(read.number())
                stack[-1].opaque = getattr(stack[-1], 'opaque', b'') + text
                if stack[-1].local == 'NextNonce':
                    text = b''
            chunks[id(stack[-1])].append(text)
        else:
            code = token & 0x3f
            assert not token & 0x80 and code in PAGES[page], \
                'token %#x on page %d' % (token, page)
            node = xmltree.Node((SYNCML, METINF)[page], PAGES[page][code],
                                {}, {}, read.at)
            chunks[id(node)] = []
            if stack:
                stack[-1].children.append(node)
            else:
                assert root is None, 'two roots'
                root = node
            if token & 0x40:
                stack.append(node)
    assert read.at == len(data), '%d octets behind the end' % (
        len(data) - read.at)
    return root
