# SPDX-License-Identifier: ISC
"""DER, written and read by hand: requests and certificates of any shape."""

import datetime


def tlv(tag, *parts):
    body = b''.join(parts)
    size = len(body)
    if size < 128:
        return bytes([tag, size]) + body
    length = size.to_bytes((size.bit_length() + 7) // 8, 'big')
    return bytes([tag, 128 | len(length)]) + length + body


def seq(*parts):
    return tlv(0x30, *parts)


def set_(*parts):
    return tlv(0x31, *parts)


def integer(value):
    return tlv(2, value.to_bytes(value.bit_length() // 8 + 1, 'big'))


def bits(data, unused=0):
    return tlv(3, bytes([unused]), data)


def octets(data):
    return tlv(4, data)


def boolean(value):
    return tlv(1, b'\xff' if value else b'\x00')


def oid(dotted):
    arcs = [int(a) for a in dotted.split('.')]
    out = bytes([arcs[0] * 40 + arcs[1]])
    for arc in arcs[2:]:
        chunk = [arc & 127]
        while arc > 127:
            arc >>= 7
            chunk.append(128 | (arc & 127))
        out += bytes(reversed(chunk))
    return tlv(6, out)


NULL = tlv(5)


def time(when):
    """UTCTime until 2049, GeneralizedTime afterwards."""
    if when.year < 2050:
        return tlv(0x17, when.strftime('%y%m%d%H%M%SZ').encode())
    return tlv(0x18, when.strftime('%Y%m%d%H%M%SZ').encode())


class Element:
    """One decoded value with its exact bytes; children where constructed."""

    def __init__(self, tag, raw, body):
        self.tag, self.raw, self.body = tag, raw, body

    def __iter__(self):
        return iter(self.items())

    def items(self):
        found, rest = [], self.body
        while rest:
            element, rest = split(rest)
            found.append(element)
        return found

    def int(self):
        assert self.tag == 2, 'not an INTEGER'
        return int.from_bytes(self.body, 'big', signed=True)

    def oid(self):
        assert self.tag == 6, 'not an OBJECT IDENTIFIER'
        arcs, value = [min(self.body[0] // 40, 2)], 0
        arcs.append(self.body[0] - 40 * arcs[0])
        for byte in self.body[1:]:
            value = value << 7 | byte & 127
            if not byte & 128:
                arcs.append(value)
                value = 0
        return '.'.join(map(str, arcs))

    def time(self):
        text = self.body.decode('ascii')
        form = '%y%m%d%H%M%SZ' if self.tag == 0x17 else '%Y%m%d%H%M%SZ'
        return datetime.datetime.strptime(text, form).replace(
            tzinfo=datetime.timezone.utc)


def split(data):
    """The first element of data and what follows it."""
    assert len(data) >= 2, 'DER: cut short'
    size, start = data[1], 2
    if size & 128:
        count = size & 127
        assert 0 < count < 5, 'DER: bad length'
        size = int.from_bytes(data[2:2 + count], 'big')
        start += count
    assert start + size <= len(data), 'DER: cut short'
    return Element(data[0], data[:start + size],
                   data[start:start + size]), data[start + size:]


def read(data):
    """Exactly one element."""
    element, rest = split(data)
    assert not rest, 'DER: trailing data'
    return element
