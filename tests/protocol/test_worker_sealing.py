# SPDX-License-Identifier: ISC
"""Secrets that the database keeps sealed: what an upgrade, a new key and a
lost key make of them; and weak password hashes."""

import base64
import contextlib
import crypt
import hashlib
import secrets
import subprocess

import client
import device
import dm_auth
import keys
import messages
import stack
import test_canary
from dm_talk import Reply, Setting, document, package1
from fastcgi import Pool, with_certificate
from test_dm_auth import BOTH


def key():
    return base64.b64encode(secrets.token_bytes(32)).decode()


def key_name(text):
    return hashlib.sha256(base64.b64decode(text)).hexdigest()[:16]


def current(env):
    with open(env.env['SEAL_KEY'], encoding='ascii') as file:
        return file.read().strip()


@contextlib.contextmanager
def managing(env, *lines, program='management'):
    """A worker with these lines as its file of keys."""
    path = env.folder.file('keys-' + secrets.token_hex(4), '\n'.join(lines))
    with Pool(env, program, FENESTRA_SEAL_KEY=path) as pool:
        yield pool


def kept(env, made):
    row, = env.sql('select client_secret, server_secret from mdm.enrollment'
                   ' where device = %s;' % stack.quote(made.uuid))
    return row


def make_clear(env, made):
    """The row as an earlier release left it."""
    env.sql('update mdm.enrollment set client_secret = %s, server_secret = %s'
            ' where device = %s;' % tuple(map(stack.quote, (
                made.account.secret, made.account.server_secret, made.uuid))))


def sealed(env, made, name=None):
    """Both passwords are sealed, by the key of this name."""
    name = name or key_name(current(env))
    for value in kept(env, made):
        assert value.startswith('seal:'), value[:8]
        assert base64.b64decode(value[5:])[1:9].hex() == name, name


def say(pool, made, session, msg=1, cert=True, body=None, **header):
    text = document(made.id, session, msg, body or package1(made.id), **header)
    named = with_certificate(made.cert) if cert else {
        'SSL_CLIENT_VERIFY': 'NONE'}
    return pool.call(messages.QUERY, text, **named)


def shown(made, nonce=None):
    return {'name': made.account.name, 'cred': made.account.cred(nonce)}


def log_in(pool, made, session, cert=True):
    """The session that an accepted MD5 credential begins."""
    answer = say(pool, made, session, cert=cert, **shown(made))
    reply = Reply(answer)
    if reply.header in ('401', '407'):
        answer = say(pool, made, session, 2, cert, **shown(
            made, reply.chal[2]))
        reply = Reply(answer)
    if reply.chal:
        made.account.nonce = reply.chal[2]
    return reply


def asks_the_server(made, session, msg, reply):
    """A message whose Status of the server's header is a challenge."""
    return ('<Status><CmdID>1</CmdID><MsgRef>%s</MsgRef><CmdRef>0</CmdRef>'
            '<Cmd>SyncHdr</Cmd><Chal><Meta><Format xmlns="syncml:metinf">b64'
            '</Format><Type xmlns="syncml:metinf">syncml:auth-md5</Type>'
            '<NextNonce xmlns="syncml:metinf">%s</NextNonce></Meta></Chal>'
            '<Data>407</Data></Status>' % (reply.msg, base64.b64encode(
                b'0123456789abcdef').decode()))


def server_proves(pool, made, session, reply, msg=2):
    """Whether the answer to a challenge has the server's credential."""
    answer = say(pool, made, session, msg, body=asks_the_server(
        made, session, msg, reply))
    want = dm_auth.digest('Fenestra', made.account.server_secret,
                          b'0123456789abcdef')
    assert answer.status == 200, answer
    return want in answer.body.decode()


def test_sealed_from_the_start(env):
    """T9 D1-I11 what enrolls now never has a clear password in the database;
    the same request again gets the same document."""
    made = dm_auth.Device(env)
    sealed(env, made)
    first, second = kept(env, made)
    assert first != second
    again = client.Connection(env)
    answer = again.request('POST', messages.ENROLLMENT, made.text.encode(),
                           kind=client.SOAP)
    other = dm_auth.Account(device.provisioning(answer))
    again.close()
    assert (other.secret, other.server_secret) == (
        made.account.secret, made.account.server_secret)
    assert kept(env, made) == [first, second]


def test_upgrade(env):
    """T9 D1-I11 D2-7 passwords that an earlier release left clear go on to
    serve and are sealed when they are used, each for itself; a dump of the
    database has them no more."""
    made = dm_auth.Device(env)
    make_clear(env, made)
    with managing(env, current(env)) as pool, Setting(env, device_auth=BOTH):
        reply = log_in(pool, made, 'A1')
        assert reply.header in ('200', '212'), reply.statuses
        client_secret, server_secret = kept(env, made)
        assert client_secret.startswith('seal:')
        assert server_secret == made.account.server_secret
        with Setting(env, device_auth='certificate'):
            begun = Reply(say(pool, made, 'A2'))
            assert server_proves(pool, made, 'A2', begun)
        sealed(env, made)
        before = kept(env, made)
        assert log_in(pool, made, 'A3').header in ('200', '212')
        assert kept(env, made) == before
    test_canary.absent({'client': made.account.secret,
                        'server': made.account.server_secret},
                       test_canary.dump(env))


def test_upgrade_of_a_request(env):
    """T9 D2-40 the request of an earlier release, sent again, is told the same
    passwords, which are then sealed."""
    made = dm_auth.Device(env)
    make_clear(env, made)
    with managing(env, current(env), program='enrollment') as pool:
        account = dm_auth.Account(device.provisioning(pool.call(
            messages.ENROLLMENT, made.text, client.SOAP)))
    assert account.secret == made.account.secret
    assert account.server_secret == made.account.server_secret
    sealed(env, made)


def forget(env, ident):
    """A device's passwords, which the other tests cannot open."""
    env.sql('update mdm.enrollment set client_secret = null, server_secret ='
            ' null where device_id = %s;' % stack.quote(ident))


def reseal(env, *lines):
    path = env.folder.file('keys-' + secrets.token_hex(4), '\n'.join(lines))
    with Pool(env, 'discovery') as pool:
        environ = dict(pool.environ, FENESTRA_SEAL_KEY=path)
    return subprocess.run([env.program('management'), '-r'], env=environ,
                          text=True, capture_output=True, check=False)


def test_new_key(env):
    """T9 a key follows another: behind the new one it still opens, what is
    used is sealed with the new one, -r seals the rest, and the administrator
    sees when the old key may go."""
    old, new = current(env), key()
    made, idle, clear = (dm_auth.Device(env) for _ in range(3))
    make_clear(env, clear)
    with managing(env, new, old) as pool, Setting(env, device_auth=BOTH):
        assert log_in(pool, made, 'B1').header in ('200', '212')
        assert base64.b64decode(kept(env, made)[0][5:])[1:9].hex() == \
            key_name(new)
        sealed(env, idle)
    try:
        done = reseal(env, new, old)
        assert done.returncode == 0 and key_name(new) in done.stdout, done
        for one in (made, idle, clear):
            sealed(env, one, key_name(new))
            assert one.account.secret not in done.stdout + done.stderr
        assert env.admin('select distinct key from admin.seal_key;') == [
            [key_name(new)]]
        assert ': 0 values' in reseal(env, new).stdout
        with managing(env, new) as pool, Setting(env, device_auth=BOTH):
            for one in (made, idle, clear):
                assert log_in(pool, one, 'B2').header in ('200', '212')
    finally:
        done = reseal(env, old, new)
    assert done.returncode == 0, done
    sealed(env, idle)
    done = reseal(env, new)
    assert done.returncode == 1 and 'not in the file' in done.stderr, done
    sealed(env, idle)


def test_lost_key(env):
    """T9 D1-I11 without the key that sealed them a device whose password
    counts is put off with 503 and the reason in the log; one whose certificate
    is enough goes on, and who enrolls anew is as good as new."""
    made = dm_auth.Device(env)
    lost = 'sealed with the key %s, which is not in the file' % key_name(
        current(env))
    with managing(env, key()) as pool:
        answer = say(pool, made, 'C1', **shown(made))
        assert answer.status == 200, answer
        assert lost in pool.log(), pool.log()
        reply = Reply(answer)
        assert not server_proves(pool, made, 'C1', reply)
        assert 'level=error' in pool.log() and 'server_secret' in pool.log()
        for mode, cert in ((BOTH, True), ('digest', False),
                           ('certificate-or-digest', False)):
            with Setting(env, device_auth=mode):
                mark = len(pool.log())
                answer = say(pool, made, 'C2' + mode, cert=cert, **shown(made))
                assert answer.status == 503 and answer.header('Retry-After'), \
                    (mode, answer)
                assert lost in pool.log()[mark:], pool.log()[mark:]
    fresh = key()
    with managing(env, fresh, program='enrollment') as pool:
        answer = pool.call(messages.ENROLLMENT, made.text, client.SOAP)
        assert answer.status == 503, answer
        assert lost in pool.log(), pool.log()
        ident = device.new_id()
        text = messages.enrol(keys.windows_request(keys.POOL.key(), ident),
                              ident)
        account = dm_auth.Account(device.provisioning(pool.call(
            messages.ENROLLMENT, text, client.SOAP)))
        assert account.secret
        forget(env, ident)
    with managing(env, current(env)) as pool, Setting(env, device_auth=BOTH):
        assert log_in(pool, made, 'C3').header in ('200', '212')


def test_moved_value(env):
    """T9 a sealed password opens in no other row and no other column."""
    one, two = dm_auth.Device(env), dm_auth.Device(env)
    for columns in ("client_secret = (select client_secret from mdm.enrollment"
                    " where device = %s)" % stack.quote(one.uuid),
                    'client_secret = server_secret'):
        env.sql('update mdm.enrollment set %s where device = %s;' % (
            columns, stack.quote(two.uuid)))
        with managing(env, current(env)) as pool, \
                Setting(env, device_auth=BOTH):
            answer = say(pool, two, 'D1', **shown(two))
            assert answer.status == 503, answer
            assert 'sealed for another place' in pool.log()
    forget(env, two.id)


def test_weak_hash(env):
    """T9 a hash of yesterday's cost or scheme is replaced when its user signs
    in with the right password, once, and with no other."""
    upn, password = 'weak@fenestra.test', 'Horse-battery-1'
    salt = '$y$j75$' + secrets.token_hex(8)
    weak = crypt.crypt(password, salt)
    assert weak.startswith(salt)

    def stored():
        return env.sql('select password_hash from mdm.account where name = %s;'
                       % stack.quote(upn))[0][0]

    def events():
        return env.admin("select count(*) from admin.event where kind ="
                         " 'user.rehashed' and detail->>'upn' ilike %s;"
                         % stack.quote(upn))[0][0]
    env.call('user_set', upn, weak)
    before = events()
    with managing(env, current(env), program='enrollment') as pool:
        def ask(word):
            return pool.call(messages.POLICY, messages.policy(upn, word),
                             client.SOAP).status
        assert ask('wrong') == 500 and stored() == weak
        assert ask(password) == 200
        strong = stored()
        assert strong.startswith('$y$j9T$') and strong != weak, strong[:8]
        assert crypt.crypt(password, strong) == strong
        assert ask(password) == 200 and stored() == strong
        assert int(events()) == int(before) + 1
        assert ask('wrong') == 500
        assert weak not in pool.log() and strong not in pool.log()
