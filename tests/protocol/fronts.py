# SPDX-License-Identifier: ISC
"""What each front server makes of a case: the table fronts.tsv.

A row is a case, a column a front server; a cell is the outcome, or several
with "|" between them where chance decides: an HTTP status, "closed" for a
connection that ends without an answer, or another word of the case. "html"
behind a status means a page, which no worker sends."""

import functools
import os

import client


@functools.lru_cache(None)
def table():
    """{case: {front server: set of outcomes}}."""
    path = os.path.join(os.path.dirname(os.path.realpath(__file__)),
                        'fronts.tsv')
    with open(path, encoding='utf-8') as file:
        rows = [line.rstrip('\n').split('\t') for line in file]
    heads, found = rows[0][1:], {}
    for row in rows[1:]:
        assert len(row) == len(heads) + 1, 'fronts.tsv: %r' % row
        assert row[0] not in found, 'fronts.tsv: %s twice' % row[0]
        found[row[0]] = {h: set(c.split('|'))
                         for h, c in zip(heads, row[1:])}
    return found


def expected(env, case):
    return table()[case][env.front]


def outcome(ask):
    """What became of a request: its Answer, and the word for the table."""
    try:
        answer = ask()
    except client.Closed:
        return None, 'closed'
    assert not answer.chunked, 'chunked: %r' % answer
    try:
        client.not_html(answer)
    except AssertionError:
        return answer, '%d html' % answer.status
    return answer, str(answer.status)


def check(env, case, word, what=''):
    wanted = expected(env, case)
    assert word in wanted, '%s%s: %s instead of %s' % (
        case, what and ', ' + what, word, '|'.join(sorted(wanted)))
