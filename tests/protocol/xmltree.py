# SPDX-License-Identifier: ISC
"""A small XML tree that keeps what the tests must see: namespaces, the
prefixes in scope at each element, attributes and exact text."""

from xml.parsers import expat


class Node:
    """One element; `ns` and `local` name it, `scope` maps prefixes to URIs."""

    def __init__(self, ns, local, scope, attrs, line):
        self.ns, self.local, self.scope = ns, local, scope
        self.attrs, self.line = attrs, line
        self.children, self.text = [], ''

    def all(self, local, ns=None):
        return [c for c in self.children
                if c.local == local and (ns is None or c.ns == ns)]

    def one(self, path, ns=None):
        """The single element at a path of local names; fails otherwise."""
        node = self
        for local in path.split('/'):
            found = node.all(local, ns)
            assert len(found) == 1, '%s: %d x %s in %s' % (
                path, len(found), local, node.local)
            node = found[0]
        return node

    def get(self, path, ns=None):
        """The text at a path, or None when any step is missing."""
        node = self
        for local in path.split('/'):
            found = node.all(local, ns)
            if not found:
                return None
            assert len(found) == 1, 'more than one %s' % path
            node = found[0]
        return node.text

    def names(self):
        return [c.local for c in self.children]

    def walk(self):
        yield self
        for child in self.children:
            yield from child.walk()

    def attr(self, local, ns=''):
        return self.attrs.get((ns, local))

    def qname(self):
        """The text as (namespace, local): a QName value such as s:Receiver."""
        prefix, _, local = self.text.strip().rpartition(':')
        assert prefix in self.scope, 'prefix %r is not declared' % prefix
        return self.scope[prefix], local


class _Builder:
    def __init__(self):
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.data
        self.parser.StartDoctypeDeclHandler = self.doctype
        self.parser.ordered_attributes = True
        self.stack, self.root = [], None

    def doctype(self, *_):
        raise AssertionError('an answer with a DOCTYPE')

    def start(self, name, attrs):
        scope = dict(self.stack[-1].scope) if self.stack else {
            '': '', 'xml': 'http://www.w3.org/XML/1998/namespace'}
        plain = []
        for i in range(0, len(attrs), 2):
            if attrs[i] == 'xmlns':
                scope[''] = attrs[i + 1]
            elif attrs[i].startswith('xmlns:'):
                scope[attrs[i][6:]] = attrs[i + 1]
            else:
                plain.append((attrs[i], attrs[i + 1]))
        named = {}
        for key, value in plain:
            prefix, _, local = key.rpartition(':')
            named[(scope[prefix] if prefix else '', local)] = value
        prefix, _, local = name.rpartition(':')
        assert prefix in scope, 'undeclared prefix in <%s>' % name
        node = Node(scope[prefix], local, scope, named,
                    self.parser.CurrentLineNumber)
        if self.stack:
            self.stack[-1].children.append(node)
        else:
            self.root = node
        self.stack.append(node)

    def end(self, _):
        self.stack.pop()

    def data(self, text):
        self.stack[-1].text += text


def parse(data):
    """Bytes to the root Node; an AssertionError says what is wrong."""
    builder = _Builder()
    try:
        builder.parser.Parse(data, True)
    except expat.ExpatError as error:
        raise AssertionError('not well-formed: %s in %r' % (
            error, data[:200])) from None
    return builder.root


def escape(text):
    return (text.replace('&', '&amp;').replace('<', '&lt;')
            .replace('>', '&gt;').replace('"', '&quot;'))
