# SPDX-License-Identifier: ISC
"""Outcomes: every code of the table, what is asynchronous, Atomics that
failed, and commands tried another way."""

from dm_talk import OK, Device, Setting, group, out
from messages import alert, status

A, B, C, D = ('./Vendor/MSFT/E/%s' % n for n in 'ABCD')


def target(uri):
    return '<TargetRef>%s</TargetRef>' % uri


DONE = (200, 201, 204)
RETRY = (214, 215, 401, 407, 417)
FAILED = (300, 400, 402, 403, 404, 405, 406, 409, 410, 411, 412, 413, 414,
          415, 416, 418, 420, 424, 425, 500, 501, 505, 510, 511)


def test_every_status_has_its_outcome(env):
    """S3.61 S3.62 S3.64 S3.65 S3.67 S3.68 S3.69 S3.70 S3.71 S3.72 S3.73
    S3.74 S3.75 S3.76 each code of the table leads to its outcome; what may
    be tried again is queued again."""
    made = Device(env)
    codes = DONE + (202,) + FAILED
    made.queue(*(('Exec', '%s/%d' % (A, c)) for c in codes))
    talk = made.talk()
    talk.begin()
    assert len(talk.reply.commands) == len(codes)
    talk.go(lambda c: c.uri.rpartition('/')[2])
    for code, row in zip(codes, made.outcomes()):
        wanted = 'done' if code in DONE else 'accepted' if code == 202 \
            else 'failed'
        assert row == [wanted, str(code)], (code, row)
    made.queue(*(('Exec', '%s/%d' % (A, c)) for c in RETRY))
    talk = made.talk()
    talk.begin()
    talk.go(lambda c: c.uri.rpartition('/')[2])
    states = made.outcomes('state, attempts')[len(codes):]
    assert {r[0] for r in states} <= {'queued', 'sent'}, states
    assert set(made.talk().begin().uris()) == {'%s/%d' % (A, c)
                                               for c in RETRY}


def test_codes_of_the_sync_protocol(env):
    """S3.61 codes no DM device should send, 101 and unknown ones neither
    break the message nor count as done by mistake."""
    made = Device(env)
    codes = (101, 302, 408, 419, 421, 422, 423, 502, 503, 504, 507, 508, 509,
             512, 513, 514, 516, 517, 299, 499, 599, 999, 0, 100, 700)
    made.queue(*(('Exec', '%s/%d' % (A, c)) for c in codes))
    talk = made.talk()
    talk.begin()
    reply = talk.go(lambda c: c.uri.rpartition('/')[2])
    assert reply.header == '200'
    for code, row in zip(codes, made.outcomes()):
        assert row[0] != 'done' or code == 299, (code, row)


def test_status_that_is_no_number(env):
    """D2-33 a Status whose Data is no code changes nothing for the command;
    the others of the message count."""
    made = Device(env)
    made.queue(('Exec', A), ('Exec', B))
    talk = made.talk()
    one, two = talk.begin().commands
    for data in ('', 'OK', '20', '-200', '200.0', '2' * 4096, '0x200'):
        answer = talk.post(talk.text(
            OK + status(2, 1, one.id, 'Exec', data), talk.msg + 1))
        assert answer.status in (200, 400), answer
        if answer.status == 200:
            talk.msg += 1
        assert made.outcomes()[0][0] in ('sent', 'failed'), (
            data, made.outcomes())
    talk.say(OK + status(2, 1, two.id, 'Exec', 200))
    assert made.outcomes()[1] == ['done', '200']


def test_cancelled_operation_ends_the_session(env):
    """S3.64 after a 214 no more commands are sent in this session; the
    queue is offered in the next."""
    made = Device(env)
    made.queue(('Exec', A))
    talk = made.talk()
    talk.begin()
    made.queue(('Exec', B))
    assert talk.go('214').commands == []
    assert set(made.talk().begin().uris()) == {A, B}


def test_original_error(env):
    """S3.76 msft:originalerror is kept beside the code, for single commands
    and for parts."""
    made = Device(env)
    single = made.enqueue('Exec', A)
    many = made.syncml(out('Replace', (B, '1'), (C, '2')))
    talk = made.talk()
    one, two = talk.begin().commands
    text = (status(2, 1, one.id, 'Exec', 500)
            + status(3, 1, two.id, 'Replace', 200, target(B))
            + status(4, 1, two.id, 'Replace', 405, target(C)))
    text = text.replace('<Data>500', '<Data msft:originalerror="0x86000011">'
                        '500').replace('<Data>405', '<Data msft:originalerror'
                                       '="0x8600000A">405')
    text = text.replace('<Status>', '<Status xmlns:msft="http://schemas.micro'
                        'soft.com/MobileDevice/MDM">')
    talk.say(OK + text)
    state, code, error = made.command(single, 'state, status, error')
    assert (state, code) == ('failed', '500') and '0x86000011' in error, error
    errors = [r[1] or '' for r in made.parts(many, 'uri, error')
              if r[0] == C]
    assert any('0x8600000A' in e for e in errors), errors


def test_accepted_then_event(env):
    """S3.6 S3.7 S3.62 D2-34 after 202 the outcome comes as 1226 or 1224
    with the node as Source, in the same session or a later one."""
    made = Device(env)
    nodes = ['%s/%d' % (A, n) for n in range(6)]
    made.queue(*(('Exec', n, 'x') for n in nodes))
    talk = made.talk()
    talk.begin()
    talk.go('202')
    assert made.outcomes() == [['accepted', '202']] * 6
    kind = 'Reversed-Domain-Name:com.microsoft.mdm.win32csp_install'
    talk.say(OK + alert(5, 1224, kind, '0', nodes[0], 'informational', 'int')
             + alert(6, 1226, 'com.example.result', '1603', nodes[1],
                     'informational', 'int'))
    later = made.talk()
    reply = later.begin(
        alert(10, 1226, kind, '200', nodes[2], form='int')
        + alert(11, 1224, kind, '-2147467259', nodes[3], form='int')
        + alert(12, 1224, kind, '0', nodes[4] + '/other')
        + alert(13, 1224, kind, '0'))
    assert [reply.status(n) for n in (10, 11, 12, 13)] == ['200'] * 4
    assert reply.commands == []
    rows = made.outcomes('state, error')
    assert [r[0] for r in rows] == ['done', 'failed', 'done', 'failed',
                                    'accepted', 'accepted'], rows
    assert '1603' in rows[1][1] and '-2147467259' in rows[3][1], rows


def test_accepted_then_silence(env):
    """S3.62 D2-34 202 and then nothing: accepted, and never sent again."""
    made = Device(env)
    made.queue(('Exec', A))
    talk = made.talk()
    talk.begin()
    talk.go('202')
    for _ in range(3):
        assert made.talk().begin().commands == []
    assert made.outcomes('state, attempts') == [['accepted', '1']]


def test_accepted_then_final_status(env):
    """S3.15 S3.62 202 first, then the real Status under the same
    references."""
    made = Device(env)
    made.queue(('Exec', A), ('Exec', B))
    talk = made.talk()
    one, two = talk.begin().commands
    talk.go('202')
    talk.say(OK + status(2, 1, one.id, 'Exec', 200)
             + status(3, 1, two.id, 'Exec', 500))
    assert made.outcomes() == [['done', '200'], ['failed', '500']]


def atomic(made, talk, codes, own='507'):
    """Sends an Atomic of four and answers it; its id."""
    ident = made.syncml(group('Atomic', out('Replace', (A, '1')),
                              out('Exec', (B, '2')), out('Delete', (C,)),
                              out('Exec', (D, '4'))))
    command, = talk.begin().commands if talk.reply is None \
        else talk.say(OK).commands
    body = ''.join(
        status(n, talk.reply.msg, child.id, child.verb, code)
        for n, (child, code) in enumerate(zip(command.children, codes), 3)
        if code)
    if own:
        body = status(2, talk.reply.msg, command.id, 'Atomic', own) + body
    talk.say(OK + body)
    return ident


def test_atomic_that_failed(env):
    """S3.8 S3.18 S3.65 S3.66 S3.77 507 with one real error: the Atomic
    failed, the child that really failed is shown with its code, its
    siblings as rolled back or not executed."""
    made = Device(env)
    talk = made.talk()
    ident = atomic(made, talk, ('216', '500', '215', '215'))
    state, code, error = made.command(ident, 'state, status, error')
    assert (state, code) == ('failed', '507'), (state, code)
    number, = [r[0] for r in made.parts(ident, 'part, uri') if r[1] == B]
    assert '500' in error and (B in error or number in error), error
    rows = [r[1:] for r in made.parts(ident) if r[1]]
    assert [r[:2] for r in rows] == [[A, '216'], [B, '500'], [C, '215'],
                                     [D, '215']], rows
    assert rows[0][2] == 'rolled_back' and rows[1][2] == 'failed', rows
    assert made.talk().begin().commands == []


def test_atomic_whose_roll_back_failed(env):
    """S3.78 516 for a child: the Atomic failed and says that the roll back
    did."""
    made = Device(env)
    talk = made.talk()
    ident = atomic(made, talk, ('516', '425', '215', '215'))
    state, code = made.command(ident, 'state, status')
    assert (state, code) == ('failed', '507'), (state, code)
    rows = {r[1]: r[2:] for r in made.parts(ident)}
    assert rows[A] == ['516', 'failed'] and rows[B] == ['425', 'failed'], rows


def test_atomic_with_its_status_alone(env):
    """S3.8 D2-33 only the Atomic's own Status: it decides, for good and for
    bad; the children's alone do not end it."""
    made = Device(env)
    talk = made.talk()
    good = atomic(made, talk, (None,) * 4, '200')
    assert made.command(good, 'state, status') == ['done', '200']
    bad = atomic(made, talk, (None,) * 4, '507')
    assert made.command(bad, 'state, status') == ['failed', '507']
    open_ = atomic(made, talk, ('200',) * 4, None)
    assert made.command(open_) in ('sent', 'done')


def test_atomic_answered_backwards(env):
    """S3.8 S3.15 children in reverse, the Atomic's Status last and in a
    later message."""
    made = Device(env)
    ident = made.syncml(group('Atomic', out('Replace', (A, '1')),
                              out('Exec', (B, '2'))))
    talk = made.talk()
    command, = talk.begin().commands
    one, two = command.children
    talk.say(OK + status(2, 1, two.id, 'Exec', 200)
             + status(3, 1, one.id, 'Replace', 200))
    talk.say(OK + status(2, 1, command.id, 'Atomic', 200))
    assert made.command(ident, 'state, status') == ['done', '200']
    assert [r[2] for r in made.parts(ident) if r[1]] == ['200', '200']


def test_add_that_exists(env):
    """S3.74 418 on Add: sent once more as Replace, and not again; with
    add_exists off it failed."""
    made = Device(env)
    first, second = made.queue(('Add', A, 'a'), ('Add', B, 'b'))
    talk = made.talk()
    assert talk.begin().shapes() == [('Add', (A, 'a')), ('Add', (B, 'b'))]
    talk.go('418')
    again = talk.reply if talk.reply.commands else made.talk().begin()
    assert again.shapes() == [('Replace', (A, 'a')), ('Replace', (B, 'b'))]
    if again is not talk.reply:
        talk = made.talk()
        talk.begin(alert(9, 1224, 'x.y', '1'))
    talk.go(lambda c: '200' if c.uri == A else '404')
    assert made.command(first, 'state, status') == ['done', '200']
    assert made.command(second, 'state, status') == ['failed', '404']
    assert talk.reply.commands == [] and made.talk().begin().commands == []
    with Setting(env, add_exists='false'):
        third = made.enqueue('Add', C, 'c')
        talk = made.talk()
        talk.begin()
        assert talk.go('418').commands == []
        assert made.command(third, 'state, status') == ['failed', '418']


def test_replace_that_is_missing(env):
    """S3.70 404 on Replace: sent once more as Add, and not again; with
    replace_missing off it failed."""
    made = Device(env)
    first, second = made.queue(('Replace', A, 'a', 'chr'),
                               ('Replace', B, '7', 'int'))
    talk = made.talk()
    talk.begin()
    talk.go('404')
    if not talk.reply.commands:
        talk = made.talk()
        talk.begin()
    assert talk.reply.shapes() == [('Add', (A, 'a')), ('Add', (B, '7'))]
    assert [c.format for c in talk.reply.commands] == ['chr', 'int']
    talk.go(lambda c: '200' if c.uri == A else '418')
    assert made.command(first, 'state, status') == ['done', '200']
    assert made.command(second, 'state, status') == ['failed', '418']
    assert talk.reply.commands == [] and made.talk().begin().commands == []
    with Setting(env, replace_missing='false'):
        third = made.enqueue('Replace', C, 'c')
        talk = made.talk()
        talk.begin()
        assert talk.go('404').commands == []
        assert made.command(third, 'state, status') == ['failed', '404']


def test_delete_of_nothing(env):
    """S3.9 S3.70 404 on Delete is done; with delete_missing off it failed;
    404 on Get and Exec always failed."""
    made = Device(env)
    made.queue(('Delete', A), ('Get', B), ('Exec', C))
    talk = made.talk()
    talk.begin()
    assert talk.go('404').commands == []
    assert made.outcomes() == [['done', '404'], ['failed', '404'],
                               ['failed', '404']], made.outcomes()
    with Setting(env, delete_missing='false'):
        made.queue(('Delete', A))
        talk = made.talk()
        talk.begin()
        talk.go('404')
        assert made.outcomes()[3] == ['failed', '404']


def test_refused_for_want_of_credentials(env):
    """S3.68 401 and 407 on a command: it is sent again and counted."""
    made = Device(env)
    made.queue(('Exec', A), ('Exec', B))
    talk = made.talk()
    talk.begin()
    talk.go(lambda c: '401' if c.uri == A else '407')
    if not talk.reply.commands:
        talk = made.talk()
        talk.begin()
    assert talk.reply.uris() == [A, B]
    talk.go()
    assert made.outcomes('state, status, attempts') == [
        ['done', '200', '2']] * 2, made.outcomes('state, status, attempts')
