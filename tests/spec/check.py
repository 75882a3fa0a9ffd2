#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Checks the tables that lead from the specification to its tests, as TAP.

Each table has the columns id, what, test; `test` names one or more tests as
FILE::FUNCTION. The ids that a Python test proves stand in its docstring, and
both directions must agree. Other tests are looked up by their text.

    check.py --fill     rewrites the rows of Python tests from the docstrings;
                        `what` of new ids is left for a person to write"""

import ast
import glob
import os
import re
import sys

import reasons

HERE = os.path.dirname(os.path.realpath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
FORMS = {'seeds.tsv': re.compile(r'(S[0-4]\.\d{1,2}|E\d{1,2})$'),
         'threats.tsv': re.compile(r'T\d{1,2}$'),
         'faults.tsv': re.compile(r'(D2-\d{1,2}|D1-I\d{1,2})$')}
LIMITS = {'S0': 81, 'S1': 9, 'S2': 48, 'S3': 78, 'S4': 18, 'T': 50, 'E': 15,
          'D2-': 48, 'D1-I': 11}
ID = re.compile(r'(?:S[0-4]\.\d+|E\d+|T\d+|D2-\d+|D1-I\d+)(?=[\s:;]|$)')


def python_files():
    """The files whose functions test_… say what they prove."""
    return [os.path.join(ROOT, 'tests', 'faults', name)
            for name in ('run.py', 'failover.py', 'upgrade.py')] + sorted(
        p for d in ('protocol', 'ops')
        for p in glob.glob(os.path.join(ROOT, 'tests', d, 'test_*.py')))


def python_tests():
    """{FILE::FUNCTION: ids} of the tests that have them."""
    found = {}
    for path in python_files():
        with open(path, encoding='utf-8') as file:
            tree = ast.parse(file.read())
        name = os.path.relpath(path, ROOT)
        for node in tree.body:
            if isinstance(node, ast.FunctionDef) and \
                    node.name.startswith('test_'):
                words, ids = (ast.get_docstring(node) or '').split(), []
                while words and ID.match(words[0]):
                    ids.append(words.pop(0))
                found['%s::%s' % (name, node.name)] = (ids, bool(words))
    return found


def table(name):
    """The rows as (id, what, [tests]); the header is checked."""
    path = os.path.join(HERE, name)
    with open(path, encoding='utf-8') as file:
        lines = file.read().splitlines()
    assert lines and lines[0] == 'id\twhat\ttest', 'header of ' + name
    rows = []
    for line in lines[1:]:
        cells = line.split('\t')
        assert len(cells) == 3, '%s: %r' % (name, line)
        rows.append((cells[0], cells[1], cells[2].split()))
    return rows


def order(ident):
    return [int(p) if p.isdigit() else p
            for p in re.findall(r'\d+|\D+', ident)]


def known(ident):
    """Within the numbers that the specification has."""
    head, number = re.match(r'(S\d|D2-|D1-I|[A-Z])\.?(\d+)$', ident).groups()
    return 1 <= int(number) <= LIMITS[head]


def exists(test):
    """Whether FILE::FUNCTION is there; SQL tests are named by a part of
    their description, with _ for blanks."""
    path, sep, function = test.partition('::')
    full = os.path.join(ROOT, path)
    if not sep or not os.path.isfile(full):
        return False
    with open(full, encoding='utf-8') as file:
        text = file.read()
    if path.endswith('.py'):
        return re.search(r'^def %s\(' % re.escape(function), text, re.M)
    if path.endswith('.c'):
        return re.search(r'\b%s\(' % re.escape(function), text)
    words = re.sub(r'\W+', '_', text)
    return bool(function) and function in words


def checks():
    """(what is checked, list of what is wrong)"""
    tests = python_tests()
    claimed = {}
    for name, form in FORMS.items():
        rows = table(name)
        ids = [r[0] for r in rows]
        yield '%s has rows' % name, [] if rows else ['none']
        yield '%s: ids are well-formed' % name, [
            i for i in ids if not form.match(i) or not known(i)]
        yield '%s: ids occur once, in order' % name, [
            i for i in ids if ids.count(i) > 1] or (
                [] if ids == sorted(ids, key=order) else ['order'])
        yield '%s: every row says what' % name, [
            r[0] for r in rows if len(r[1].strip()) < 8]
        yield '%s: every row has a test' % name, [
            r[0] for r in rows if not r[2]]
        yield '%s: every test exists' % name, [
            '%s %s' % (r[0], t) for r in rows for t in r[2] if not exists(t)]
        for ident, _, names in rows:
            for test in names:
                claimed.setdefault(test, set()).add(ident)
    yield 'tests name what they prove', [
        t for t, (ids, words) in tests.items() if not words or
        not ids and not t.startswith('tests/ops/')]
    yield 'fenestra-log(7) has each reason of the sources', reasons.missing()
    yield 'rows and docstrings agree', [
        '%s: %s' % (t, ' '.join(sorted(set(ids) ^ claimed.get(t, set()))))
        for t, (ids, _) in tests.items()
        if set(ids) != claimed.get(t, set())]


def fill():
    """Rewrites the tables; rows of tests that are not Python stay."""
    found = {}
    files = [os.path.relpath(p, ROOT) for p in python_files()]
    for test, (ids, _) in python_tests().items():
        for ident in ids:
            found.setdefault(ident, []).append(test)
    for name, form in FORMS.items():
        path = os.path.join(HERE, name)
        old = {r[0]: r for r in table(name)} if os.path.exists(path) else {}
        rows = {}
        for ident in set(old) | {i for i in found if form.match(i)}:
            _, what, names = old.get(ident, (ident, '', []))
            kept = [t for t in names if t.partition('::')[0] not in files]
            rows[ident] = (what, found.get(ident, []) + kept)
        with open(path, 'w', encoding='utf-8') as file:
            file.write('id\twhat\ttest\n')
            for ident in sorted(rows, key=order):
                what, names = rows[ident]
                if names:
                    file.write('%s\t%s\t%s\n' % (ident, what,
                                                 ' '.join(names)))


def main():
    if sys.argv[1:] == ['--fill']:
        fill()
        return 0
    results, bad = list(checks()), 0
    print('1..%d' % len(results))
    for number, (what, wrong) in enumerate(results, 1):
        print('%s %d - %s' % ('not ok' if wrong else 'ok', number, what))
        for line in wrong[:20]:
            print('# ' + line)
        bad += bool(wrong)
    return 1 if bad else 0


if __name__ == '__main__':
    sys.exit(main())
