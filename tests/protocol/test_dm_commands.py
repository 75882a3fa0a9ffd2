# SPDX-License-Identifier: ISC
"""Commands out: groups, several Items, the order, the budget, and the rules
that are checked when something is queued."""

import re

import stack
from dm_talk import Device, Setting, group, out

A, B, C, D = ('./Vendor/MSFT/G/%s' % n for n in 'ABCD')


def refusals(made, cases):
    """Each (text, words): refused with MD400 and a message with the words.
    All are tried in one connection."""
    block = ''.join(
        "begin v := v || ('queued ' || admin.enqueue_syncml(%s, %s)); "
        "exception when others then v := v || (sqlstate || ' ' || sqlerrm); "
        'end; ' % (stack.quote(made.uuid), stack.quote(text))
        for text, _ in cases)
    found, = made.env.admin(
        "do $do$ declare v text[] := '{}'; begin %s perform set_config("
        "'x.found', array_to_string(v, chr(31)), false); end $do$; "
        "select current_setting('x.found');" % block)
    assert len(found) == len(cases), found
    for (text, words), line in zip(cases, found):
        state, _, line = line.partition(' ')
        assert state == 'MD400', '%s %s: %s' % (state, line, text)
        assert re.search(words, line, re.I), 'no %r in %r for %s' % (
            words, line, text)


def test_atomic(env):
    """S3.8 S3.35 an Atomic goes out as one element: its CmdID, then its
    commands in order, each with an id of its own; its row and its parts
    show what became of it."""
    made = Device(env)
    ident = made.syncml(group('Atomic', out('Add', (A, 'a')),
                              out('Replace', (B, '7', 'int')),
                              out('Delete', (C,)), out('Exec', (D, 'go')),
                              out('Exec', (D + '/bare',))))
    talk = made.talk()
    command, = talk.begin().commands
    assert command.shape() == (
        'Atomic', ('Add', (A, 'a')), ('Replace', (B, '7')),
        ('Delete', (C, None)), ('Exec', (D, 'go')),
        ('Exec', (D + '/bare', None))), command.shape()
    assert [c.format for c in command.children[:2]] == ['chr', 'int']
    assert talk.reply.final
    assert made.command(ident, 'verb, state, attempts') == [
        'Atomic', 'sent', '1']
    assert talk.go().commands == []
    assert made.command(ident, 'state, status') == ['done', '200']
    rows = [r for r in made.parts(ident) if r[1]]
    assert rows == [['Add', A, '200', 'done'], ['Replace', B, '200', 'done'],
                    ['Delete', C, '200', 'done'], ['Exec', D, '200', 'done'],
                    ['Exec', D + '/bare', '200', 'done']], rows


def test_sequence(env):
    """S3.14 a Sequence keeps its order and may hold a Get, whose Results
    belong to it."""
    made = Device(env)
    ident = made.syncml(group('Sequence', out('Exec', (A, 'x')),
                              out('Get', (B,)), out('Replace', (C, 'y'))))
    talk = made.talk()
    command, = talk.begin().commands
    assert command.shape() == ('Sequence', ('Exec', (A, 'x')),
                               ('Get', (B, None)), ('Replace', (C, 'y')))
    get = command.children[1]
    talk.go('200', '<Results><CmdID>90</CmdID><MsgRef>1</MsgRef><CmdRef>%d'
            '</CmdRef><Item><Source><LocURI>%s</LocURI></Source><Data>v'
            '</Data></Item></Results>' % (get.id, B))
    assert made.command(ident, 'state, status') == ['done', '200']
    assert made.found(ident) == {B: ['v', 'chr']} or \
        made.found(ident) == {B: ['v', None]}, made.found(ident)


def test_several_items(env):
    """S3.5 S3.11 S3.12 commands with several Items: one CmdID, the Items
    in order, each with its own format and data."""
    made = Device(env)
    made.syncml(out('Get', (A,), (B,), (C + '?list=StructData',)))
    made.syncml(out('Replace', (A, '1', 'int'), (B, 'true', 'bool'),
                    (C, '', 'chr'), (D, '<x a="b"/>', 'xml')))
    talk = made.talk()
    talk.begin()
    assert talk.reply.shapes() == [
        ('Get', (A, None), (B, None), (C + '?list=StructData', None)),
        ('Replace', (A, '1'), (B, 'true'), (C, ''), (D, '<x a="b"/>'))] or \
        talk.reply.shapes()[1][3] == (C, None), talk.reply.shapes()
    assert [i.format for i in talk.reply.commands[1].items] == [
        'int', 'bool', 'chr', 'xml']
    talk.finish()
    assert made.outcomes() == [['done', '200']] * 2


def test_order_of_the_queue(env):
    """S3.53 D1-I5 single commands, groups and lists leave in the order in
    which they were queued."""
    made = Device(env)
    made.queue(('Replace', A, '1'))
    made.syncml(group('Atomic', out('Add', (B, '2')), out('Add', (C, '3'))))
    made.queue(('Exec', D, '4'))
    made.syncml(group('Sequence', out('Get', (A,))))
    made.queue(('Delete', B))
    made.syncml(out('Replace', (A, '5'), (B, '6')))
    found = [c.verb for c in made.talk().finish()]
    assert found == ['Replace', 'Atomic', 'Exec', 'Sequence', 'Delete',
                     'Replace'], found


def test_spellings_of_what_is_queued(env):
    """S3.8 S3.14 enqueue_syncml reads either namespace, none, a prefix,
    CDATA, entities and blanks, Meta before or inside the Item; what goes
    out is the same each time, without CDATA."""
    made = Device(env)
    plain = out('Replace', (A, '<a>&amp;\'"</a>', 'xml'))
    body = plain[plain.index('>') + 1:plain.rindex('</')]
    shapes = [
        plain, '<?xml version="1.0"?>\n ' + plain + '\n',
        plain.replace('<Replace>', '<Replace xmlns="SYNCML:SYNCML1.2">'),
        plain.replace('<Replace>', '<Replace xmlns="SYNCML:SYNCML1.1">'),
        re.sub(r'<(/?)(?!Format)(\w)', r'<\1s:\2', plain).replace(
            '<s:Replace>', '<s:Replace xmlns:s="SYNCML:SYNCML1.2">'),
        plain.replace(' xmlns="syncml:metinf"', ''),
        '<Replace><CmdID>x-77</CmdID><Meta>%s</Meta><Item><Target><LocURI>%s'
        '</LocURI></Target><Data><![CDATA[<a>&amp;\'"</a>]]></Data></Item>'
        '</Replace>' % ('<Format xmlns="syncml:metinf">xml</Format>', A),
        '<Replace>%s</Replace>' % body.replace('<CmdID>1</CmdID>', ''),
        plain.replace('</Target>', '</Target><!-- why -->')]
    for text in shapes:
        made.syncml(text)
    found = made.talk().finish()
    assert [c.shape() for c in found] == [
        ('Replace', (A, '<a>&amp;\'"</a>'))] * len(shapes)
    assert {c.format for c in found} == {'xml'}


def atomic(*inner):
    return group('Atomic', *inner)


def test_rules_of_groups(env):
    """S3.8 S3.16 S3.18 what may not be in an Atomic is refused when it is
    queued, by the name of the rule, and nothing is queued."""
    made = Device(env)
    add = out('Add', (A, 'x'))
    refusals(made, [
        (atomic(add, out('Get', (B,))), r'\bGet\b.*Atomic|Atomic.*\bGet\b'),
        (atomic(add, atomic(add)), r'nest|another group'),
        (atomic(add, group('Sequence', add)), r'nest|another group'),
        (group('Sequence', group('Sequence', add)), r'nest|another group'),
        (atomic(add, out('Replace', (A, 'y'))), r'Add.*Replace'),
        (atomic(add, out('Delete', (B,)), out('Replace', (
            './vendor/MSFT/G/A', 'y'))), r'Add.*Replace'),
        (atomic(out('Add', (B, '1'), (A, '2')), out('Replace', (A, 'y'))),
         r'Add.*Replace'),
        (atomic(out('Add', ('./Device/Vendor/MSFT/G/A', 'x')),
                out('Replace', (A, 'y'))), r'Add.*Replace'),
        (atomic(add, out('Replace', ('./User/Vendor/MSFT/X', 'y'))),
         r'scope|mix'),
        (atomic(out('Add', (A, 'x'), ('./user/Vendor/MSFT/X', 'y'))),
         r'scope|mix'),
        (group('Atomic'), r'\w'), (group('Sequence'), r'\w')])
    assert made.talk().begin().commands == []
    for good in (atomic(out('Replace', (A, 'x')), out('Add', (B, 'y'))),
                 atomic(out('Replace', ('./User/Vendor/MSFT/X', 'x')),
                        out('Delete', ('./User/Vendor/MSFT/Y',))),
                 group('Sequence', add, out('Replace', (A, 'y'))),
                 group('Sequence', add, out('Replace', (
                     './User/Vendor/MSFT/X', 'x')))):
        made.syncml(good)
    assert len(made.talk().begin().commands) >= 3


def test_rules_of_commands(env):
    """S3.19 S3.27 S3.28 S3.29 S3.30 LocURI, verb, format and well-formed
    SyncML are checked in every part of what is queued."""
    made = Device(env)
    bad = [(out(verb, (uri, 'x')), 'LocURI') for verb in ('Replace', 'Add')
           for uri in ('/Vendor/A', '', './Vendor//A', './Vendor/*',
                       './Vendor/a b', './Vendor/\u00e9', './Vendor/%zz',
                       './Vendor/A/', './Vendor/%2', './/A')]
    bad += [
        (group('Atomic', out('Add', (A, 'x')), out('Delete', ('/B',))),
         'LocURI'),
        (out('Get', (A,), ('B//C',)), 'LocURI'),
        (out('Copy', (A, 'x')), 'verb|command'),
        (out('Status', (A, 'x')), 'verb|command'),
        (out('Alert', (A, 'x')), 'verb|command'),
        (out('replace', (A, 'x')), 'verb|command'),
        (group('Atomic', out('Copy', (A, 'x'))), 'verb|command|Copy'),
        (group('Sequence', out('Frob', (A,))), 'verb|command|Frob'),
        ('<SyncBody>%s</SyncBody>' % out('Get', (A,)), r'\w'),
        (out('Replace', (A, 'x', 'text')), 'format'),
        (out('Get', (A, 'x')), r'data|Get'),
        (out('Delete', (A, 'x')), r'data|Delete'),
        ('<Replace></Replace>', 'Item'), ('<Get/>', 'Item'),
        ('<Replace><Item><Data>x</Data></Item></Replace>',
         'LocURI|Target'),
        ('', r'well-formed'), ('x', 'well-formed'), ('<a', 'well-formed'),
        (out('Get', (A,)) * 2, 'well-formed'),
        (out('Get', (A,))[:-1], 'well-formed'),
        ('<Replace><CmdID>1</CmdID></replace>', 'well-formed'),
        ('<Replace>&x;</Replace>', 'well-formed'),
        ('<!DOCTYPE Get>' + out('Get', (A,)), 'DOCTYPE'),
        ('<!DOCTYPE Get [<!ENTITY x "y">]>' + out('Get', (A,)).replace(
            A, './&x;'), 'DOCTYPE'),
        ('<!DOCTYPE Get SYSTEM "file:///etc/passwd">' + out('Get', (A,)),
         'DOCTYPE')]
    refusals(made, bad)
    assert made.outcomes() == []
    try:
        env.call('enqueue_syncml', '00000000-0000-4000-8000-000000000000',
                 out('Get', (A,)))
    except stack.SqlError as error:
        assert error.state == 'MD404', error
    else:
        raise AssertionError('queued for nobody')


def test_good_names(env):
    """S3.27 S3.29 S3.40 names with dots, percent-encoded Unicode, blanks
    and braces, and a query are taken and go out as they are."""
    made = Device(env)
    uris = ['./Vendor/MSFT/a.b', './Vendor/MSFT/%C3%A9', './Vendor/%20x',
            './Vendor/MSFT/%7BA-b%7D/c%2Fd', './Vendor/MSFT/A?list=Struct',
            './Vendor/MSFT/A*b', './Vendor/..a/b', './DevDetail/SwV',
            './User/Vendor/MSFT/A~b_c!', './Device/Vendor/MSFT/A']
    made.queue(*(('Get', u) for u in uris))
    for uri in uris:
        made.syncml(out('Get', (uri,)))
    assert [c.uri for c in made.talk().finish()] == uris * 2


def test_user_scope_of_groups(env):
    """S3.56 S3.57 S3.60 a group in user scope waits for the user, others
    pass it."""
    made = Device(env)
    made.syncml(group('Atomic', out('Replace', ('./user/Vendor/MSFT/X', 'x')),
                      out('Delete', ('./User/Vendor/MSFT/Y',))))
    made.syncml(out('Get', ('./User/Vendor/MSFT/X',)))
    made.syncml(group('Atomic', out('Replace', (A, 'x'))))
    talk = made.talk(login='others')
    assert [c.children[0].uri for c in talk.begin().commands] == [A]
    talk.finish()
    found = made.talk(login='user').finish()
    assert [c.verb for c in found] == ['Atomic', 'Get']


def test_groups_are_never_split(env):
    """S3.14 S3.53 a group that does not fit into the rest of a message goes
    whole into the next; one above the budget goes alone."""
    made = Device(env)
    data = 'x' * 1500
    inner = [out('Add', ('%s/%d' % (A, n), data)) for n in range(6)]
    big = [out('Add', ('%s/%d' % (B, n), data)) for n in range(12)]
    with Setting(env, message_budget=12000):
        made.queue(('Replace', C, data), ('Replace', D, data))
        made.syncml(group('Atomic', *inner))
        made.syncml(group('Sequence', *big))
        made.queue(('Get', D))
        talk = made.talk()
        seen = [[c.verb for c in talk.begin().commands]]
        while talk.reply.commands:
            sizes = [len(c.children) for c in talk.reply.commands
                     if c.children]
            assert sizes in ([], [6], [12]), sizes
            seen.append([c.verb for c in talk.go().commands])
    assert sum(seen, []) == ['Replace', 'Replace', 'Atomic', 'Sequence',
                             'Get'], seen
    assert ['Sequence'] in seen, seen


def test_add_and_its_exec_stay_together(env):
    """S3.5 S3.10 an Add and the Exec of the same node are in one message,
    wherever the budget would have cut."""
    with Setting(env, message_budget=8000):
        for fill in range(7000, 8001, 200):
            made = Device(env)
            node = './Vendor/MSFT/Desktop/MSI/%7Bx%7D/DownloadInstall'
            made.queue(('Replace', A, 'f' * fill), ('Add', node, ''),
                       ('Exec', node, '<MsiInstallJob/>', 'xml'))
            talk = made.talk()
            together = []
            talk.begin()
            while talk.reply.commands:
                verbs = [c.verb for c in talk.reply.commands]
                together.append('Add' in verbs and 'Exec' in verbs)
                assert ('Add' in verbs) == ('Exec' in verbs), (fill, verbs)
                talk.go()
            assert together.count(True) == 1, (fill, together)


def test_byte_budget(env):
    """S3.53 the answer stays within message_budget, the rest follows in
    order in the next messages; a single command above it goes alone."""
    made = Device(env)
    entries = [('Replace', '%s/%02d' % (A, n), '<&>' * 300)
               for n in range(20)]
    entries.insert(7, ('Replace', B, 'x' * 30000))
    with Setting(env, message_budget=10000):
        made.queue(*entries)
        talk = made.talk()
        talk.begin()
        seen = []
        while talk.reply.commands:
            uris = talk.reply.uris()
            if B in uris:
                assert uris == [B], uris
            else:
                assert len(talk.answer.body) <= 10000 + 2048, (
                    len(talk.answer.body), uris)
            seen += uris
            talk.go()
    assert seen == [e[1] for e in entries], seen


def test_announced_message_size(env):
    """S3.20 S3.53 no message is larger than the MaxMsgSize that the device
    announced, in XML and in WBXML; one that is larger than the budget
    changes nothing."""
    for wbxml in (False, True):
        made = Device(env)
        made.queue(*(('Replace', '%s/%02d' % (A, n), 'x' * 900)
                     for n in range(12)))
        talk = made.talk(wbxml=wbxml, meta='<MaxMsgSize xmlns="syncml:metinf'
                         '">6000</MaxMsgSize>')
        talk.begin()
        count = 0
        while talk.reply.commands:
            assert len(talk.answer.body) <= 6000, len(talk.answer.body)
            count += len(talk.reply.commands)
            talk.go()
        assert count == 12
    with Setting(env, message_budget=8000):
        made.queue(*(('Replace', '%s/%02d' % (A, n), 'x' * 900)
                     for n in range(12)))
        talk = made.talk(meta='<MaxMsgSize xmlns="syncml:metinf">4000000'
                         '</MaxMsgSize>')
        talk.begin()
        assert len(talk.answer.body) <= 8000 + 2048, len(talk.answer.body)
        talk.finish()


def test_size_stays_announced(env):
    """S3.20 S3.53 the size announced in the first message holds for the
    whole session, and not for the next."""
    made = Device(env)
    made.queue(*(('Replace', '%s/%02d' % (A, n), 'x' * 900)
                 for n in range(20)))
    talk = made.talk()
    talk.begin(meta='<MaxMsgSize xmlns="syncml:metinf">5000</MaxMsgSize>')
    for _ in range(2):
        assert talk.reply.commands and len(talk.answer.body) <= 5000
        talk.go(meta='')
    assert len(made.talk().begin().commands) > 10


def test_cancelled_group(env):
    """D2-47 a group cancelled before delivery never goes out."""
    made = Device(env)
    ident = made.syncml(group('Atomic', out('Add', (A, 'x'))))
    made.queue(('Get', B))
    env.call('cancel', ident)
    assert made.talk().begin().uris() == [B]
    assert made.command(ident) == 'cancelled'
