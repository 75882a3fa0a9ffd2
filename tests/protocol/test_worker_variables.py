# SPDX-License-Identifier: ISC
"""Variables and secrets in the data of commands: what a device gets, and
where nobody finds them."""

import base64
import html
import os
import re
import secrets
import subprocess
import xml.etree.ElementTree as tree

import dm_talk
import stack
import test_canary
from dm_talk import Reply, document, item, package1, results
from fastcgi import Pool, with_certificate
from messages import QUERY, status
from test_worker_sealing import current, key, key_name, managing

A = './Vendor/MSFT/V/A'
VALUES = ['', 'plain', ' blanks ', '<b>&amp;</b>', ']]>', 'x]]', '"\'>--><!--',
          '</Data></Item><Exec/>', '$(site.other) $$(', '\tx\ny', 'äö€😀',
          "'; drop table mdm.device; --", '`id` $HOME %s \\ \\"']

# (format, data, how to find the value in what the device reads)
SLOTS = [
    ('chr', 'a$(site.v)b', lambda d: d[1:-1]),
    ('chr', '<enabled/><data id="x" value="$(site.v)"/>',
     lambda d: tree.fromstring('<r>%s</r>' % d)[1].get('value')),
    ('xml', '<a><b>$(site.v)</b></a>', lambda d: tree.fromstring(d)[0].text
     or ''),
    ('chr', "<a b='$(site.v)'><![CDATA[<$(site.v)>]]></a>",
     lambda d: tree.fromstring(d).get('b') if tree.fromstring(d).text ==
     '<%s>' % tree.fromstring(d).get('b') else None),
    ('b64', '$(site.v)', lambda d: base64.b64decode(d, validate=True)
     .decode()),
    ('chr', '$$($(site.v))', lambda d: d[2:-1]),
]


def environ(env):
    found = {k: v for k, v in os.environ.items()
             if not k.startswith('FENESTRA_')}
    return dict(found, FENESTRA_SEAL_KEY=env.env['SEAL_KEY'])


def seal(env, text, name, *made):
    """What fenestra-management -s prints."""
    done = subprocess.run(
        [env.program('management'), '-s', name, *(m.uuid for m in made)],
        input=text, text=True, capture_output=True, check=False,
        env=environ(env))
    assert done.returncode == 0, done
    assert text not in done.stdout + done.stderr
    return done.stdout.strip()


def set_secret(env, text, name, *made):
    env.call('secret_set', name, seal(env, text, name, *made),
             *(m.uuid for m in made))


def data_of(reply):
    """{uri: data} of the commands of a reply, groups' too."""
    found = {}

    def walk(command):
        for one in command.items if command.verb != 'Get' else ():
            found[one.uri] = one.data
        for child in command.children:
            walk(child)
    for command in reply.commands:
        walk(command)
    return found


def error(made, ident):
    return made.command(ident, 'state, error')


def test_every_slot(env):
    """T37 T24 whatever a value is, it stays one: each value in each place of a
    template, in XML and WBXML, is what the device reads there, and nothing
    else changes."""
    for wbxml in (False, True):
        made = dm_talk.Device(env)
        for value in VALUES:
            env.call('variable_set', 'v', value)
            made.queue(*[('Replace', A + str(n), data, form)
                         for n, (form, data, _) in enumerate(SLOTS)])
            talk = made.talk(wbxml=wbxml)
            talk.begin()
            got = data_of(talk.reply)
            assert len(got) == len(SLOTS), got
            for number, (form, data, find) in enumerate(SLOTS):
                text = got[A + str(number)] or ''
                assert find(text) == value, (form, data, value, text)
            talk.go()
    env.call('variable_remove', 'v')


def test_names(env):
    """D2-28 T37 what a device, its user and the site are called; a group and several
    Items; and one of two sessions that repeats itself gets the same, though
    the value has changed."""
    made = dm_talk.Device(env)
    env.call('variable_set', 'room', 'old')
    text = '$(device.id) $(device.device_id) $(user.upn) $(user.name)' \
        ' $(user.domain) $(site.room)'
    made.syncml('<Atomic><Replace>%s%s</Replace><Add>%s</Add></Atomic>' % tuple(
        '<Item><Target><LocURI>%s</LocURI></Target><Data>%s</Data></Item>' % (
            A + n, html.escape(d)) for n, d in (
                ('1', text), ('2', 'plain'), ('3', '$(site.room)'))))
    want = ' '.join([made.uuid, made.id, made.upn, *made.upn.split('@'),
                     'old'])
    talk = made.talk()
    talk.begin()
    assert data_of(talk.reply) == {A + '1': want, A + '2': 'plain',
                                   A + '3': 'old'}, data_of(talk.reply)
    first = talk.answer.body
    env.call('variable_set', 'room', 'new')
    assert talk.post(talk.sent).body == first
    again = made.talk()
    again.begin()
    assert data_of(again.reply)[A + '3'] == 'new'
    again.go()
    assert made.outcomes('state, attempts') == [['done', '2']]
    env.call('variable_remove', 'room')


def test_refused_when_queued(env):
    """T37 what is no variable, or has no value, is refused with the name."""
    made = dm_talk.Device(env)
    for data, words in (('$(x)', r'\$\(x\) is no variable'),
                        ('$(site.none)', r'no variable \$\(site.none\)'),
                        ('$(secret.none)', r'no variable \$\(secret.none\)'),
                        ('Remove-Item $($a)', 'is no variable')):
        try:
            made.queue(('Replace', A, data))
            raise AssertionError(data)
        except stack.SqlError as refusal:
            assert refusal.state == 'MD400', refusal
            assert re.search(words, str(refusal)), refusal
    assert made.outcomes() == []


def test_fails_in_words(env):
    """T37 D2-43 a value that is gone, of another form or in a place where none can be:
    the command has failed with the reason, is never sent, not half either, and
    the rest of the queue goes on in the same session."""
    made = dm_talk.Device(env)
    env.sql('update mdm.device set serial_number = null where device = %s;'
            % stack.quote(made.uuid))
    env.call('variable_set', 'gone', 'x')
    env.call('variable_set', 'word', 'many')
    serial, gone, number, flag, tag, good, group, last = made.queue(
        ('Replace', A + '0', '$(device.serial_number)'),
        ('Replace', A + '1', 'a $(site.gone)'),
        ('Replace', A + '2', '$(site.word)', 'int'),
        ('Replace', A + '3', '$(site.word)', 'bool'),
        ('Replace', A + '4', '<a $(site.word)="1"/>'),
        ('Replace', A + '5', '$(site.word)')) + [
            made.syncml('<Sequence><Get><Item><Target><LocURI>./DevInfo/Lang'
                        '</LocURI></Target></Item></Get><Replace><Item><Target>'
                        '<LocURI>%s</LocURI></Target><Data>$(site.gone)</Data>'
                        '</Item></Replace></Sequence>' % (A + '6'))] + \
        list(made.queue(('Get', './DevInfo/Lang')))
    env.call('variable_remove', 'gone')
    talk = made.talk()
    talk.begin()
    assert talk.reply.uris() == [A + '5', './DevInfo/Lang'], talk.reply.uris()
    assert data_of(talk.reply)[A + '5'] == 'many'
    first = talk.answer.body
    assert talk.post(talk.sent).body == first
    talk.go()
    for ident, words in ((serial, 'device.serial_number'), (gone, 'site.gone'),
                         (number, 'not an int'), (flag, 'not a bool'),
                         (tag, 'stands in a tag'), (group, 'site.gone')):
        state, why = error(made, ident)
        assert state == 'failed' and words in why, (words, state, why)
    for ident in (good, last):
        assert made.command(ident) == 'done'
    # Only what fails: others come at once.
    env.call('variable_set', 'gone', 'x')
    ident, _ = made.queue(*[('Replace', A, '$(site.gone)')] * 2)
    env.call('variable_remove', 'gone')
    talk = made.talk()
    assert talk.begin().commands == []
    assert error(made, ident)[0] == 'failed'
    env.call('variable_remove', 'word')


def exchanged(pool, made, session):
    """Package 1 of a session with a worker of the test."""
    return Reply(pool.call(QUERY, document(
        made.id, session, 1, package1(made.id)),
        **with_certificate(made.cert)))


def test_secrets_nowhere(env):
    """T29 T37 D1-I11 a secret of the site, one of the device, in text, in XML
    and in base64: the device gets it, also when it asks twice; it stands in no
    table, log or trace, nor does what the device says of it."""
    known = {n: 'canary-%s-%s&' % (n, secrets.token_hex(8))
             for n in ('site', 'own', 'other')}
    made, other = dm_talk.Device(env), dm_talk.Device(env)
    set_secret(env, known['site'], 'psk')
    set_secret(env, known['site'], 'both')
    set_secret(env, known['own'], 'both', made)
    set_secret(env, known['other'], 'both', other)
    for one in (made, other):
        one.queue(('Replace', A, '$(secret.both)'),
                  ('Replace', A + 'x', '<k v="$(secret.psk)"/>', 'xml'),
                  ('Replace', A + 'b', '$(secret.psk)', 'b64'),
                  ('Get', A), ('Get', './Vendor/MSFT/V?list=TNDS'))
    with Pool(env, 'management', FENESTRA_TRACE='1') as pool:
        for one, mine in ((made, 'own'), (other, 'other')):
            reply = exchanged(pool, one, 'S1')
            got = data_of(reply)
            assert got[A] == known[mine], got
            assert tree.fromstring(got[A + 'x']).get('v') == known['site']
            assert base64.b64decode(got[A + 'b']).decode() == known['site']
            again = exchanged(pool, one, 'S1')
            assert data_of(again) == got
            # It tells us all of it.
            gets = {c.uri: c.id for c in reply.commands
                    if c.verb == 'Get'}
            said = ''.join(results(n, 1, gets[uri], item(uri, html.escape(
                html.escape('<%s>' % known[mine]))))
                for n, uri in enumerate(gets, 20))
            done = ''.join(status(n, 1, c.id, c.verb, 200)
                           for n, c in enumerate(reply.commands, 3))
            pool.call(QUERY, document(one.id, 'S1', 2, status(
                2, 1, 0, 'SyncHdr', 200) + done + said),
                **with_certificate(one.cert))
            assert {r[1] for r in env.admin(
                'select uri, data from admin.result where device = %s;'
                % stack.quote(one.uuid))} == {'(secret)'}
            assert {s for s, in one.outcomes('state')} == {'done'}
        places = {'trace': pool.log().lower()}
        assert '<locuri>' + A.lower() in places['trace']
    # As it was written and as the messages have it.
    known.update({n + ', escaped': html.escape(v) for n, v in known.items()})
    test_canary.absent(known, places)
    test_canary.absent(known, test_canary.dump(env))
    for name in os.listdir(os.path.join(env.var, 'log')):
        with open(os.path.join(env.var, 'log', name), encoding='utf-8',
                  errors='replace') as file:
            test_canary.absent(known, {name: file.read().lower()})
    for row in env.sql("select viewname from pg_views where schemaname ="
                       " 'admin';"):
        text = repr(env.sql('select t::text from admin.%s t;'
                            % stack.quote(row[0]).strip("'")
                            if row[0] != 'group' else
                            'select t::text from admin."group" t;'))
        test_canary.absent(known, {row[0]: text.lower()})
        assert 'seal:' not in text or row[0] == 'webhook', row
    with Pool(env, 'management', FENESTRA_TRACE='1',
              FENESTRA_TRACE_SECRETS='1') as pool:
        made.queue(('Replace', A, '$(secret.both)'))
        exchanged(pool, made, 'S2')
        assert known['own, escaped'] in pool.log()
    for name, one in (('psk', ()), ('both', ()), ('both', (made,)),
                      ('both', (other,))):
        env.call('secret_remove', name, *(m.uuid for m in one))


def test_secret_without_its_key(env):
    """T9 T29 a secret that this worker's keys do not open, or that was moved
    to another name or device: the command has failed with the reason and the
    key's name, the queue goes on; with the secret set anew it works."""
    made, other = dm_talk.Device(env), dm_talk.Device(env)
    word = 'canary-' + secrets.token_hex(8)
    set_secret(env, word, 'lost')
    with managing(env, key()) as pool:
        ident, good = made.queue(('Replace', A, '$(secret.lost)'),
                                 ('Get', './DevInfo/Lang'))
        assert exchanged(pool, made, 'K1').uris() == ['./DevInfo/Lang']
        state, why = error(made, ident)
        assert state == 'failed' and 'the key ' + key_name(current(env)) in \
            why and 'secret.lost' in why, why
        assert why[:60] in pool.log().replace('\\"', '"'), pool.log()
        assert made.command(good) == 'sent'
    for name, sealed, one in (
            ('lost', seal(env, word, 'other'), ()),
            ('lost', seal(env, word, 'lost', other), ()),
            ('lost', seal(env, word, 'lost', other), (made,))):
        env.call('secret_set', name, sealed, *(m.uuid for m in one))
        ident, = made.queue(('Replace', A, '$(secret.lost)'))
        talk = made.talk()
        talk.begin()
        talk.finish()
        state, why = error(made, ident)
        assert state == 'failed' and 'another place' in why, why
        env.call('secret_remove', name, *(m.uuid for m in one))
    set_secret(env, word, 'lost')
    ident, = made.queue(('Replace', A, '$(secret.lost)'))
    talk = made.talk()
    assert data_of(talk.begin())[A] == word
    talk.go()
    assert made.command(ident) == 'done'
    env.call('secret_remove', 'lost')


def test_seal_refuses(env):
    """T29 the program that seals wants a name, a device as the database writes it,
    and text."""
    def run(text, *words):
        return subprocess.run(
            [env.program('management'), '-s', *words], input=text,
            capture_output=True, check=False,
            env=environ(env))
    for text, words, code in (
            (b'x', (), 2), (b'x', ('A',), 2), (b'x', ('a-b',), 2),
            (b'x', ('a', 'b'), 2), (b'x', ('a', 'b', 'c'), 2),
            (b'x', ('a' * 65,), 2), (b'x', ('a', 'F' * 36), 2),
            (b'', ('a',), 1), (b'\n', ('a',), 1), (b'\x00', ('a',), 1),
            (b'\xff', ('a',), 1), (b'\x01', ('a',), 1),
            (b'x' * 65537, ('a',), 1), (b'x' * 65536, ('a',), 0),
            (b'x\n', ('a' * 64,), 0)):
        done = run(text, *words)
        assert done.returncode == code, (words, done)
        assert (code == 0) == done.stdout.startswith(b'seal:'), done.stdout
