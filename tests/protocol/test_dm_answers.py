# SPDX-License-Identifier: ISC
"""What comes back: Status and Results in every shape and order, with
references that fit and that do not."""

from dm_talk import OK, Device, form, item, out, results
from messages import alert, status

A, B, C, D = ('./Vendor/MSFT/R/%s' % n for n in 'ABCD')


def target(uri):
    return '<TargetRef>%s</TargetRef>' % uri


def test_one_status_for_all_items(env):
    """S3.11 S3.13 S3.15 a Get of three Items answered with one Status and
    one Results of three Items."""
    made = Device(env)
    ident = made.syncml(out('Get', (A,), (B,), (C,)))
    talk = made.talk()
    get, = talk.begin().commands
    reply = talk.say(OK + status(2, 1, get.id, 'Get', 200) + results(
        3, 1, get.id, item(A, 'a'), item(B, 'b'), item(C, 'c')))
    assert reply.statuses == [('2', '0', 'SyncHdr', '200')], reply.statuses
    assert made.command(ident, 'state, status') == ['done', '200']
    assert {u: v[0] for u, v in made.found(ident).items()} == {
        A: 'a', B: 'b', C: 'c'}


def test_status_per_item(env):
    """S3.15 S3.48 one Status per Item with its TargetRef, as 25H2 does: all
    200 is done; one that differs shows at its own part."""
    made = Device(env)
    good = made.syncml(out('Get', (A,), (B,), (C,)))
    mixed = made.syncml(out('Replace', (A, '1'), (B, '2'), (C, '3')))
    talk = made.talk()
    get, replace = talk.begin().commands
    body = OK + ''.join(
        status(n, 1, get.id, 'Get', 200, target(u))
        for n, u in enumerate((A, B, C), 2))
    body += results(5, 1, get.id, item(A, 'a'), item(B, 'b'), item(C, 'c'))
    body += ''.join(status(n, 1, replace.id, 'Replace', c, target(u))
                    for n, (u, c) in enumerate(((A, 200), (B, 405),
                                                (C, 200)), 6))
    talk.say(body)
    assert made.command(good, 'state, status') == ['done', '200']
    assert len(made.found(good)) == 3
    assert [r[1:3] for r in made.parts(mixed) if r[1]] == [
        [A, '200'], [B, '405'], [C, '200']], made.parts(mixed)
    assert made.command(mixed, 'state, status') == ['failed', '405']


def test_source_ref(env):
    """S3.46 S3.48 a Status that carries SourceRef or both kinds is matched
    by its numbers."""
    made = Device(env)
    made.queue(('Get', A), ('Exec', B))
    talk = made.talk()
    one, two = talk.begin().commands
    source = '<SourceRef>%s</SourceRef>'
    talk.say(OK + status(2, 1, one.id, 'Get', 200, source % A)
             + status(3, 1, two.id, 'Exec', 405, target(B) + source % 'x'))
    assert made.outcomes() == [['done', '200'], ['failed', '405']]


def test_status_per_item_over_messages(env):
    """S3.15 S3.48 the Items' statuses in two messages: the command ends
    with the last of them."""
    made = Device(env)
    ident = made.syncml(out('Replace', (A, '1'), (B, '2')))
    talk = made.talk()
    command, = talk.begin().commands
    talk.say(OK + status(2, 1, command.id, 'Replace', 200, target(A)))
    assert made.command(ident) == 'sent'
    talk.say(OK + status(2, 1, command.id, 'Replace', 200, target(B)))
    assert made.command(ident, 'state, status') == ['done', '200']


def test_any_order(env):
    """S3.13 S3.15 Results before their Status, later commands first, the
    header's Status last."""
    made = Device(env)
    first, second, third = made.queue(('Get', A), ('Replace', B, 'x'),
                                      ('Get', C))
    talk = made.talk()
    one, two, three = talk.begin().commands
    talk.say(results(1, 1, three.id, item(C, 'c'))
             + status(2, 1, two.id, 'Replace', 405)
             + results(3, 1, one.id, item(A, 'a'))
             + status(4, 1, three.id, 'Get', 200)
             + status(5, 1, one.id, 'Get', 200)
             + status(6, 1, 0, 'SyncHdr', 200))
    assert made.outcomes() == [['done', '200'], ['failed', '405'],
                               ['done', '200']]
    assert made.found(first)[A][0] == 'a' and made.found(third)[C][0] == 'c'
    assert made.found(second) == {}


def test_results_in_a_later_message(env):
    """S3.13 D2-35 the Status now, the Results in the next message and again
    in the one after: one row, the newest value."""
    made = Device(env)
    ident = made.enqueue('Get', A)
    talk = made.talk()
    get, = talk.begin().commands
    talk.go('200')
    talk.say(OK + results(2, 1, get.id, item(A, 'old')))
    assert made.found(ident)[A][0] == 'old'
    talk.say(OK + results(2, 1, get.id, item(A, 'new')))
    assert made.found(ident)[A][0] == 'new'
    assert made.command(ident, 'state, status') == ['done', '200']


def test_repeated_statuses(env):
    """S3.15 D2-33 a Status twice in one message and again in the next, also
    with another code: the first decides."""
    made = Device(env)
    ident = made.enqueue('Replace', A, 'x')
    talk = made.talk()
    command, = talk.begin().commands
    once = status(2, 1, command.id, 'Replace', 200)
    talk.say(OK + once + once.replace('<CmdID>2', '<CmdID>3')
             + status(4, 1, command.id, 'Replace', 405))
    assert made.command(ident, 'state, status') == ['done', '200']
    talk.say(OK + status(2, 1, command.id, 'Replace', 405))
    assert made.command(ident, 'state, status') == ['done', '200']


def test_without_cmd(env):
    """S3.13 S3.34 Status and Results without Cmd are matched by their
    references."""
    made = Device(env)
    ident = made.enqueue('Get', A)
    talk = made.talk()
    get, = talk.begin().commands
    talk.say((OK + status(2, 1, get.id, 'Get', 200) + results(
        3, 1, get.id, item(A, 'a'))).replace('<Cmd>Get</Cmd>', ''))
    assert made.command(ident, 'state, status') == ['done', '200']
    assert made.found(ident)[A][0] == 'a'


def test_without_references(env):
    """S3.17 S3.36 D2-33 Status and Results without CmdRef, with an empty
    one or without MsgRef: anomalies, never attached, never an error."""
    made = Device(env)
    ident = made.enqueue('Get', A)
    talk = made.talk()
    get, = talk.begin().commands
    before = made.events('anomaly')
    good = status(2, 1, get.id, 'Get', 200) + results(3, 1, get.id,
                                                      item(A, 'a'))
    ref = '<CmdRef>%d</CmdRef>' % get.id
    for instead in ('', '<CmdRef></CmdRef>', '<CmdRef/>',
                    '<CmdRef>x</CmdRef>', '<CmdRef>-1</CmdRef>',
                    '<CmdRef>99999999999999999999</CmdRef>'):
        talk.say(OK + good.replace(ref, instead))
        assert made.command(ident) == 'sent', instead
    talk.say(OK + good.replace('<MsgRef>1</MsgRef>', ''))
    assert (made.command(ident), made.found(ident)) == ('sent', {})
    assert made.events('anomaly') > before


def test_alien_references(env):
    """D2-30 D2-33 S3.42 equal CmdIDs of two messages are told apart by
    MsgRef; a MsgRef that was never used, or a later one, attaches
    nothing."""
    made = Device(env)
    first = made.enqueue('Get', A)
    talk = made.talk()
    one, = talk.begin().commands
    talk.say(OK)
    second = made.enqueue('Get', B)
    two = talk.say(OK).commands[0]
    assert talk.reply.msg == 3
    for msg, ref in ((2, one.id), (1, two.id), (2, two.id), (4, two.id),
                     (99, one.id), (0, one.id)):
        if (msg, ref) in ((1, one.id), (3, two.id)):
            continue
        talk.say(OK + status(2, msg, ref, 'Get', 405) + results(
            3, msg, ref, item(A, 'wrong')))
    assert made.outcomes() == [['sent', None]] * 2, made.outcomes()
    assert made.found(first) == made.found(second) == {}
    talk.say(OK + status(2, 3, two.id, 'Get', 200)
             + results(3, 1, one.id, item(A, 'a')))
    assert made.outcomes() == [['sent', None], ['done', '200']]
    assert made.found(first)[A][0] == 'a' and made.found(second) == {}


def test_old_session_attaches_nothing(env):
    """D2-30 D2-32 S3.44 references that were right in an older session are
    nothing in a new one, also under the same SessionID."""
    made = Device(env)
    ident, _ = made.queue(('Get', A), ('Get', B))
    old = made.talk(session='7')
    stale = old.begin().commands[0]
    env.call('cancel', ident)
    talk = made.talk(session='7')
    fresh = talk.begin(alert(9, 1224, 'x.y', '1')).commands
    assert [c.uri for c in fresh] == [B], talk.reply.uris()
    if stale.id != fresh[0].id:
        talk.say(OK + status(2, 1, stale.id, 'Get', 200) + results(
            3, 1, stale.id, item(A, 'stale')))
        assert made.found(ident) == {}
    talk.say(OK + status(2, 1, fresh[0].id, 'Get', 200))
    assert made.outcomes()[1] == ['done', '200']


def test_interior_nodes(env):
    """S3.11 the child names of an interior node are split at '/' and
    decoded; a leaf has none."""
    made = Device(env)
    ident = made.syncml(out('Get', (A,), (B,), (C,)))
    talk = made.talk()
    get, = talk.begin().commands
    talk.say(OK + status(2, 1, get.id, 'Get', 200) + results(
        3, 1, get.id,
        item(A, 'one/two%20words/a%2Fb/%C3%A9/%7BG%7D', form('node')),
        item(B, '', form('node')), item(C, 'x/y%20z')))
    rows = env.admin(
        "select uri, array_to_string(children, '|'), data from admin.result"
        " where command = '%s' order by uri;" % ident)
    assert rows[0] == [A, 'one|two words|a/b|\u00e9|{G}',
                       'one/two%20words/a%2Fb/%C3%A9/%7BG%7D'], rows
    assert rows[1][1] in ('', None) and rows[2][1] is None, rows
    assert rows[2][2] == 'x/y%20z'


def test_structdata(env):
    """S3.11 S3.13 a ?list=StructData tree: one row per node, interior nodes
    and leaves."""
    made = Device(env)
    ident = made.enqueue('Get', A + '?list=StructData')
    talk = made.talk()
    get, = talk.begin().commands
    assert get.uri == A + '?list=StructData'
    tree = [(A, None, 'node'), (A + '/x', 'v', 'chr'), (A + '/n', '5', 'int'),
            (A + '/s', None, 'node'), (A + '/s/t', 'true', 'bool')]
    talk.say(OK + status(2, 1, get.id, 'Get', 200) + results(
        3, 1, get.id, *(item(u, d, form(f)) for u, d, f in tree)))
    found = made.found(ident)
    assert {u: (v[0] or None, v[1]) for u, v in found.items()} == {
        u: (d, f) for u, d, f in tree}, found


def test_formats(env):
    """S3.13 every format with its data as it came: entities undone once,
    base64 untouched, blanks kept."""
    made = Device(env)
    ident = made.enqueue('Get', A)
    talk = made.talk()
    get, = talk.begin().commands
    values = [('xml', '&lt;?xml version="1.0"?&gt;&lt;a&gt;&amp;amp;&lt;/a'
               '&gt;', '<?xml version="1.0"?><a>&amp;</a>'),
              ('b64', 'AAEC/w==', 'AAEC/w=='), ('bin', 'AAEC/w==', 'AAEC/w=='),
              ('bool', 'true', 'true'), ('int', '-12', '-12'),
              ('float', '1.5', '1.5'), ('date', '2026-01-02', '2026-01-02'),
              ('time', '10:11:12Z', '10:11:12Z'), ('null', '', ''),
              ('chr', ' a\tb \u4e2d\U0001f512 ', ' a\tb \u4e2d\U0001f512 ')]
    talk.say(OK + status(2, 1, get.id, 'Get', 200) + results(
        3, 1, get.id, *(item('%s/%s' % (A, f), d, form(f))
                        for f, d, _ in values)))
    found = made.found(ident)
    for name, _, wanted in values:
        data, kind = found['%s/%s' % (A, name)]
        assert ((data or ''), kind) == (wanted, name), (name, data, kind)
