# SPDX-License-Identifier: ISC
"""Large objects: Results in chunks from the device, and commands in chunks
to the devices that announce them."""

import base64
import hashlib

from dm_talk import OK, Device, Reply, Setting, form, item, results
from messages import alert, status

A, B = './Vendor/MSFT/O/A', './Vendor/MSFT/O/B'
NEXT = '<Alert><CmdID>99</CmdID><Data>1222</Data></Alert>'


def size(value, kind='chr'):
    return form(kind) + '<Size xmlns="syncml:metinf">%s</Size>' % value


def asked(env, *uris, **options):
    """A device that was asked for nodes, in session: (device, talk, ids of
    the commands, Gets)."""
    made = Device(env)
    ids = made.queue(*(('Get', u) for u in uris or (A,)))
    talk = made.talk(**options)
    return made, talk, ids, talk.begin().commands


def chunk(talk, ref, part, first=None, more=True, uri=A, kind='chr',
          extra='', msg=1):
    """One message with one chunk; its reply."""
    meta = form(kind) if first is None else size(first, kind)
    return talk.say(OK + extra + results(
        50, msg, ref, item(uri, part, meta, more)), final=not more)


def test_chunks(env):
    """S3.32 three chunks: 213 and Alert 1222 for each but the last, no
    Final and no command between; the last gives the whole object."""
    for wbxml in (False, True):
        made, talk, (ident,), (get,) = asked(env, wbxml=wbxml)
        made.queue(('Exec', B))
        parts = ['\u00e9' * 3000, '&lt;b&gt;' * 500, 'end \U0001f512']
        whole = parts[0] + '<b>' * 500 + parts[2]
        reply = chunk(talk, get.id, parts[0], len(whole.encode()),
                      extra=status(2, 1, get.id, 'Get', 200))
        for part in (parts[1], None):
            assert [s[1:] for s in reply.statuses] == [
                ('0', 'SyncHdr', '200'), ('50', 'Results', '213')]
            assert (reply.codes(), reply.commands, reply.final) == (
                ['1222'], [], False)
            assert made.found(ident) == {}
            if part:
                reply = chunk(talk, get.id, part)
        reply = chunk(talk, get.id, parts[2], more=False)
        assert [s for s in reply.statuses if s[3] not in ('200',)] == []
        assert reply.uris() == [B] and reply.final
        assert made.found(ident)[A][0] == whole, wbxml
        assert made.command(ident, 'state, status') == ['done', '200']


def test_small_items_beside_a_chunk(env):
    """S3.32 whole Items and Statuses in the message of a first chunk count
    at once."""
    made, talk, ids, gets = asked(env, A, B)
    talk.say(OK + status(2, 1, gets[1].id, 'Get', 200)
             + results(3, 1, gets[1].id, item(B, 'small'))
             + status(4, 1, gets[0].id, 'Get', 200)
             + results(5, 1, gets[0].id, item(A, 'x' * 1000, size(1500),
                                              True)), final=False)
    assert talk.reply.status(5) == '213'
    assert made.found(ids[1])[B][0] == 'small'
    chunk(talk, gets[0].id, 'y' * 500, more=False)
    assert made.found(ids[0])[A][0] == 'x' * 1000 + 'y' * 500


def test_size_of_base64(env):
    """S3.32 Size of base64 data may be the encoded or the decoded
    length."""
    data = base64.b64encode(bytes(range(256)) * 20).decode()
    for announced in (len(data), 256 * 20):
        made, talk, (ident,), (get,) = asked(env)
        chunk(talk, get.id, data[:3001], announced, kind='b64')
        reply = chunk(talk, get.id, data[3001:], more=False, kind='b64')
        assert all(s[3] == '200' for s in reply.statuses), reply.statuses
        assert made.found(ident)[A][0] == data


def test_wrong_size(env):
    """S3.32 D2-35 an object shorter or longer than its Size: 424 for the
    last chunk, nothing is kept, the session goes on."""
    for announced in (1999, 2001, 1, 100000):
        made, talk, (ident,), (get,) = asked(env)
        made.queue(('Exec', B))
        chunk(talk, get.id, 'x' * 1000, announced)
        if talk.reply.status(50) == '213':
            chunk(talk, get.id, 'y' * 1000, more=False)
        assert talk.reply.status(50) == '424', (announced,
                                                talk.reply.statuses)
        assert made.found(ident) == {}, announced
        if not talk.reply.commands:
            talk.say(OK)
        assert talk.reply.uris() == [B]


def test_bad_size(env):
    """S3.32 D2-35 a Size that is no number, negative or beyond all bounds
    breaks neither the message nor the server."""
    for announced in ('x', '-1', '', '9' * 30, '4294967297', '1e3'):
        made, talk, (ident,), (get,) = asked(env)
        answer = talk.post(talk.text(OK + results(50, 1, get.id, item(
            A, 'x' * 100, size(announced), True)), 2, final=False))
        if answer.status == 200:
            talk.msg, talk.reply = 2, Reply(answer)
            assert talk.reply.status(50) in ('213', '400', '413', '424'), (
                announced, talk.reply.statuses)
            chunk(talk, get.id, 'y', more=False)
        else:
            assert answer.status == 400, (announced, answer)
        assert made.talk().begin().final


def test_over_the_cap(env):
    """S3.32 D2-35 an object above object_maximum, announced so or grown so:
    413, nothing is kept, and no more than the cap is held meanwhile."""
    with Setting(env, object_maximum=5000):
        made, talk, (ident,), (get,) = asked(env)
        reply = chunk(talk, get.id, 'x' * 1000, 6000)
        count = 1
        while reply.status(50) == '213':
            count += 1
            assert count <= 6, 'the cap is not kept'
            reply = chunk(talk, get.id, 'x' * 1000, more=count < 6)
        assert reply.status(50) == '413', reply.statuses
        assert made.found(ident) == {}
        talk.say(OK)
        made, talk, (ident,), (get,) = asked(env)
        reply = chunk(talk, get.id, 'x' * 4000, 5000)
        assert reply.status(50) == '213'
        chunk(talk, get.id, 'x' * 1000, more=False)
        assert len(made.found(ident)[A][0]) == 5000


def test_cap_without_chunks(env):
    """S3.32 D2-35 a whole Item above the cap: 413 and not kept, its
    neighbours are."""
    with Setting(env, object_maximum=5000):
        made, talk, ids, gets = asked(env, A, B)
        reply = talk.say(OK + results(50, 1, gets[0].id, item(
            A, 'x' * 5001)) + results(51, 1, gets[1].id, item(B, 'ok')))
        assert reply.status(50) == '413', reply.statuses
        assert made.found(ids[0]) == {}
        assert made.found(ids[1])[B][0] == 'ok'


def test_another_item_between(env):
    """S3.32 D2-35 another object before the first has ended: Alert 1225
    with the node of the broken one, which is dropped; the other counts."""
    made, talk, ids, gets = asked(env, A, B)
    chunk(talk, gets[0].id, 'x' * 1000, 2000)
    reply = talk.say(OK + results(60, 1, gets[1].id, item(B, 'whole')))
    assert '1225' in reply.codes(), (reply.codes(), reply.statuses)
    broken, = [a for a in reply.alerts if a.code == '1225']
    found, = broken.items
    assert A in (found.source, found.uri), broken.node.names()
    assert made.found(ids[1])[B][0] == 'whole'
    assert made.found(ids[0]) == {}
    reply = talk.say(OK + results(61, 1, gets[0].id, item(A, 'y' * 1000)))
    assert made.found(ids[0]).get(A, ['y' * 1000])[0] == 'y' * 1000


def test_final_in_the_middle(env):
    """S3.32 D2-35 a package that ends while its object has not: 1225, and
    the half is never given out as a result."""
    made, talk, (ident,), (get,) = asked(env)
    chunk(talk, get.id, 'x' * 1000, 2000)
    reply = talk.say(OK)
    assert '1225' in reply.codes(), (reply.codes(), reply.statuses)
    assert made.found(ident) == {}


def test_dropped_at_the_end_of_the_session(env):
    """S3.32 D2-32 D2-35 what an abandoned or aborted session had sent is not
    continued by the next."""
    for end in (None, '<Alert><CmdID>9</CmdID><Data>1223</Data></Alert>'):
        made, talk, (ident,), (get,) = asked(env)
        chunk(talk, get.id, 'old' * 500, 3000)
        if end:
            talk.say(OK + end)
        talk = made.talk()
        get, = talk.begin().commands
        chunk(talk, get.id, 'new' * 500, 3000)
        chunk(talk, get.id, 'new' * 500, more=False)
        assert made.found(ident)[A][0] == 'new' * 1000
    kept = env.sql('select count(*) from mdm.chunk where device = \'%s\';'
                   % made.uuid)
    assert kept == [['0']], kept


def test_repeated_chunk(env):
    """S3.32 D2-28 the message of a chunk again: the same octets, the chunk
    counts once."""
    made, talk, (ident,), (get,) = asked(env)
    for number, part in enumerate('abc'):
        chunk(talk, get.id, part * 700, 2100 if not number else None,
              more=part != 'c')
        first = talk.answer.body
        for _ in range(2):
            assert talk.post(talk.sent).body == first
    assert made.found(ident)[A][0] == 'a' * 700 + 'b' * 700 + 'c' * 700


def test_large_object(env):
    """S3.32 an object of 1.5 MB in chunks of 500 kB, above what one message
    may carry."""
    made, talk, (ident,), (get,) = asked(env)
    parts = [c * 500000 for c in 'xyz']
    for number, part in enumerate(parts):
        reply = chunk(talk, get.id, part, 1500000 if not number else None,
                      more=number < 2)
    assert reply.final
    length, hashed = env.admin(
        "select length(data), md5(data) from admin.result where command ="
        " '%s';" % ident)[0]
    assert length == '1500000'
    assert hashed == hashlib.md5(''.join(parts).encode()).hexdigest()


def announcing(env, maximum='6000', lrgobj='true'):
    """A device that announced a message size and large objects."""
    made = Device(env)
    meta = '<MaxMsgSize xmlns="syncml:metinf">%s</MaxMsgSize>' % maximum \
        if maximum else ''
    more = '' if lrgobj is None else item('./DevDetail/LrgObj', lrgobj)
    talk = made.talk(meta=meta)
    talk.begin(more_items=more)
    return made, made.talk(meta=meta)


DATA = ''.join('<%d>&\u00e9' % n for n in range(3000))


def chunks(talk, code='213'):
    """Takes a large object from the server; the (items, final) seen."""
    seen, bodies = [], []
    while True:
        command, = talk.reply.commands
        part, = command.items
        seen.append(part)
        bodies.append(len(talk.answer.body))
        assert talk.reply.final == (not part.more), len(seen)
        if not part.more:
            return seen, bodies
        talk.say(OK + status(2, talk.reply.msg, command.id, command.verb,
                             code) + NEXT)
        assert len(seen) < 60


def test_large_object_out(env):
    """S3.32 S3.53 a command above the announced size leaves in chunks: Size
    in the first, MoreData in all but the last, no Final before that, each
    message within the size, nothing between; then the real Status."""
    made, first = announcing(env)
    one, two = made.queue(('Replace', A, DATA, 'xml'), ('Exec', B))
    first.begin()
    seen, bodies = chunks(first)
    assert ''.join(p.data for p in seen) == DATA
    assert {(p.uri, p.format) for p in seen} == {(A, 'xml')}
    assert [p.size for p in seen] == [str(len(DATA.encode()))] + [None] * (
        len(seen) - 1) or [p.size for p in seen][0] == str(len(DATA))
    assert max(bodies) <= 6000 and len(seen) > 4, bodies
    assert made.command(one, 'state, attempts') == ['sent', '1']
    first.go()
    assert made.command(one, 'state, status') == ['done', '200']
    if not first.reply.commands:
        first.say(OK)
    assert first.reply.uris() == [B]
    first.go()
    assert made.command(two) == 'done'


def test_large_object_only_where_announced(env):
    """S3.20 S3.32 without LrgObj, with LrgObj false, or without a
    MaxMsgSize: the whole in one message, alone."""
    for maximum, lrgobj in (('6000', None), ('6000', 'false'), ('', 'true')):
        made, talk = announcing(env, maximum, lrgobj)
        data = DATA if maximum else DATA * 3
        made.queue(('Exec', B), ('Replace', A, data, 'xml'), ('Exec', B))
        talk.begin()
        seen = talk.reply.commands[:]
        while talk.reply.commands:
            parts = [i for c in talk.reply.commands for i in c.items]
            assert not any(p.more for p in parts), (maximum, lrgobj)
            seen += talk.go().commands
        assert [c.uri for c in seen] == [B, A, B], (maximum, lrgobj)
        assert seen[1].data == data


def test_large_object_that_is_refused(env):
    """S3.32 the device answers a chunk with 413: the command failed, no
    further chunk is sent, the queue goes on."""
    made, talk = announcing(env)
    one, two = made.queue(('Replace', A, DATA, 'xml'), ('Exec', B))
    talk.begin()
    command, = talk.reply.commands
    talk.say(OK + status(2, talk.reply.msg, command.id, 'Replace', 413))
    if not talk.reply.commands:
        talk.say(OK)
    assert talk.reply.uris() == [B]
    assert made.command(one, 'state, status') == ['failed', '413']
    assert made.command(two) == 'sent'


def test_large_object_that_breaks_off(env):
    """S3.32 D2-32 a session that ends between two chunks: the next begins
    with the first chunk again; a repeated message repeats its chunk."""
    made, talk = announcing(env)
    ident = made.enqueue('Replace', A, DATA, 'xml')
    talk.begin()
    command, = talk.reply.commands
    talk.say(OK + status(2, 1, command.id, 'Replace', 213) + NEXT)
    body = talk.answer.body
    assert talk.post(talk.sent).body == body
    again = made.talk(meta=talk.meta)
    again.begin()
    seen, _ = chunks(again)
    assert ''.join(p.data for p in seen) == DATA and seen[0].size
    again.go()
    assert made.command(ident, 'state, status') == ['done', '200']
    assert made.talk().begin(alert(9, 1224, 'x.y', '1')).commands == []
