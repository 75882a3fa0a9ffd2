#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""One-step mutations of the captured messages and the verdict on each.

A message is taken as a tree; every step changes one thing in one place. The
verdict of a variant is what the server answers: 200, a fault's subcode or an
HTTP status. tests/hostile/verdicts.tsv holds the verdicts, reviewed once and
frozen; bounds() says which verdicts the specification leaves open for a
step, so that a frozen one cannot be a wrong one."""

import re

ELEMENT = re.compile(r'<(/?)([\w:.-]+)((?:\s+[\w:.-]+="[^"]*")*)\s*(/?)>')


class Span:
    """One element of a message: where its tags and its text stand."""

    def __init__(self, name, path, attrs, start, inner):
        self.name, self.path, self.attrs = name, path, attrs
        self.start, self.inner = start, inner       # tag, content
        self.close = self.end = inner               # end tag, behind it
        self.leaf = True


def spans(text):
    """Every element in document order, with a path that is unique."""
    found, stack, counts = [], [], {}
    for match in ELEMENT.finditer(text):
        closing, name, attrs, empty = match.groups()
        if closing:
            span = stack.pop()
            assert span.name == name
            span.close, span.end = match.start(), match.end()
            continue
        parent = stack[-1].path if stack else ''
        if stack:
            stack[-1].leaf = False
        path = parent + '/' + name.rpartition(':')[2]
        counts[path] = counts.get(path, 0) + 1
        if counts[path] > 1:
            path += '[%d]' % counts[path]
        span = Span(name, path, attrs, match.start(), match.end())
        span.end = span.close = match.end()
        found.append(span)
        if not empty:
            stack.append(span)
    assert not stack
    return found


def retag(text, span, name=None, attrs=None):
    """The element under another name or with other attributes."""
    name, attrs = name or span.name, span.attrs if attrs is None else attrs
    whole = text[span.start:span.end]
    if whole.endswith('/>') and span.inner == span.end:
        whole = '<%s%s/>' % (name, attrs)
    else:
        whole = '<%s%s>%s</%s>' % (name, attrs, text[span.inner:span.close],
                                   name)
    return text[:span.start] + whole + text[span.end:]


def foreign(text, span):
    """The same local name under a prefix bound to another namespace."""
    local = span.name.rpartition(':')[2]
    return retag(text, span, 'f:' + local,
                 span.attrs + ' xmlns:f="urn:foreign"')


def put(text, at, filler):
    return text[:at] + filler + text[at:]


def steps(text):
    """(step, path, variant) for everything one step away from `text`."""
    for span in spans(text):
        whole = text[span.start:span.end]
        empty = span.inner == span.end
        yield 'delete', span.path, text[:span.start] + text[span.end:]
        yield 'twice', span.path, put(text, span.end, whole)
        yield 'foreign', span.path, foreign(text, span)
        yield 'none', span.path, retag(
            text, span, span.name.rpartition(':')[2],
            re.sub(r' xmlns="[^"]*"', '', span.attrs) + ' xmlns=""')
        yield 'case', span.path, retag(text, span, span.name.swapcase()
                                       if ':' not in span.name else
                                       span.name.partition(':')[0] + ':'
                                       + span.name.partition(':')[2]
                                       .swapcase())
        yield 'attribute', span.path, retag(
            text, span, attrs=span.attrs + ' odd="1"')
        yield 'base', span.path, retag(
            text, span, attrs=span.attrs + ' xml:base="http://x.test/"')
        yield 'comment', span.path, put(text, span.start, '<!-- c -->')
        yield 'instruction', span.path, put(text, span.start, '<?pi x?>')
        yield 'stray', span.path, put(text, span.start, 'stray')
        yield 'cdata', span.path, put(text, span.start, '<![CDATA[]]>')
        yield 'sibling', span.path, put(
            text, span.start, '<f:odd xmlns:f="urn:foreign">x</f:odd>')
        if not empty:
            yield 'child', span.path, put(
                text, span.inner, '<f:odd xmlns:f="urn:foreign"/>')
            yield 'hollow', span.path, text[:span.inner] + text[span.close:]
            yield 'cut', span.path, text[:span.close]
            yield 'untagged', span.path, text[:span.close] + text[span.end:]
        if span.leaf and not empty:
            yield from leaf_steps(text, span)


def leaf_steps(text, span):
    """Steps that touch the text of an element without children."""
    value = text[span.inner:span.close]
    middle = span.inner + len(value) // 2

    def become(new):
        return text[:span.inner] + new + text[span.close:]

    yield 'inner-comment', span.path, put(text, middle, '<!-- c -->')
    yield 'inner-cdata', span.path, become('<![CDATA[%s]]>' % value)
    yield 'inner-pi', span.path, put(text, middle, '<?pi x?>')
    yield 'reference', span.path, become(
        '&#x%x;%s' % (ord(value[0]), value[1:]))
    yield 'spaces', span.path, become(' \r\n\t%s \n' % value)
    yield 'longer', span.path, become(value + 'x')
    yield 'nul', span.path, put(text, middle, '\0')
    yield 'escape', span.path, put(text, middle, '\x1b')
    yield 'entity', span.path, put(text, middle, '&odd;')
    yield 'huge', span.path, become(value + 'x' * 300000)
    yield 'astral', span.path, become(value + '\U0001f512')


def variants(text):
    """The steps with ids, duplicates of the message itself left out."""
    seen = set()
    for step, path, variant in steps(text):
        key = '%s %s' % (step, path)
        assert key not in seen, key
        seen.add(key)
        if variant != text:
            yield key, step, path, variant


# Where a step may lead. Each table row: steps, verdict classes. 'same' is
# the verdict of the unchanged message, 'bad' is the endpoint's word for bad
# format, 'any' every orderly answer.
SAME = ('comment', 'cdata', 'reference', 'base', 'attribute')
BAD = ('cut', 'untagged', 'nul', 'escape', 'entity')


def bounds(step, path):
    """'same', 'bad' or 'any' by the specification alone."""
    outside = path.count('/') == 1 and step in ('cdata', 'stray', 'sibling')
    if step in SAME and not outside:
        return 'same'
    if step in BAD or outside:
        return 'bad'
    return 'any'
