# SPDX-License-Identifier: ISC
"""CAs that end, follow one another, revoke, and lie on a token."""

import os
import socket
import ssl
import subprocess
import time

import keys
import stack
import x509
from fastcgi import Pool, with_certificate
from messages import QUERY, SyncML, package1
from signers import POINTS, Authority, Signer, reserve, reserve_one, restoring
from test_worker_certs import script

MODULE = '/usr/lib/softhsm/libsofthsm2.so'
PIN = '271828'


def warnings(env, cert):
    """The events of a CA's end, in order."""
    rows = env.admin(
        "select detail->>'warning' from admin.event where kind ="
        " 'authority.ends' and detail->>'sha256' = %s order by seq;"
        % stack.quote(cert.sha256()))
    return [int(found) for found, in rows]


def authority(env, cert, columns='role, certificates'):
    rows = env.admin('select %s from admin.authority where sha256 = %s;' % (
        columns, stack.quote(cert.sha256())))
    assert len(rows) == 1, rows
    return rows[0]


def test_warnings(env):
    """D2-44 60, 30 and 7 days before the end of a CA there is an event,
    once, and a line in the log at each start; before that, nothing."""
    for days, warning in ((61.5, None), (59.5, 60), (29.5, 30), (6.5, 7)):
        made = Authority(env, days=days)
        signer = Signer(env, **made.settings())
        signer.ask(reserve_one(env))    # it looks before it answers
        lines = [line for line in signer.log().splitlines()
                 if 'ends in' in line]
        assert signer.stop() == 0
        if warning is None:
            assert not lines, lines
            assert warnings(env, made.cert()) == []
        else:
            assert len(lines) == 1 and 'level=warning' in lines[0], lines
            assert 'CN=%s ends in %d days' % (made.name, days) in lines[0]
            assert warnings(env, made.cert()) == [warning]
        signer.start()
        signer.ask(reserve_one(env))
        assert signer.stop() == 0
        assert len(warnings(env, made.cert())) == (warning is not None)
        assert authority(env, made.cert('root.pem'))[0] == 'root'
        assert authority(env, made.cert())[0] == 'issuing'


def test_root_that_ends(env):
    """D2-44 the root's end is the CA's end as well, and is warned of."""
    made = Authority(env, days=900.0, root_days=20.5)
    with Signer(env, **made.settings()) as signer:
        cert = signer.certificate(reserve_one(env))
        assert cert.end == made.cert('root.pem').end
        assert 'the root CA CN=Root of' in signer.log()
    assert warnings(env, made.cert('root.pem')) == [30]


def test_short_lived(env):
    """D2-44 nothing is signed for longer than its CA lasts; on its last
    day nothing at all; and once it has ended the signer does not start."""
    made = Authority(env, days=20.0)
    with Signer(env, **made.settings()) as signer:
        reserved = reserve_one(env)
        cert = signer.certificate(reserved)
        assert cert.end == made.cert().end
        row = env.admin(
            "select to_char(not_after at time zone 'utc',"
            " 'YYYY-MM-DD HH24:MI:SS') from admin.certificate where device ="
            ' %s;' % stack.quote(reserved[0]))
        assert row == [[cert.end.strftime('%Y-%m-%d %H:%M:%S')]], row
        x509.verify(cert, made.cert('root.pem'), env.folder, [made.cert()])
    with Signer(env, **Authority(env, days=.5).settings()) as signer:
        signer.refused(reserve_one(env), 503, 'ends within a day')
    ended = Signer(env, start=False, **Authority(env, days=-1).settings())
    done = ended.run()
    assert done.returncode == 1 and 'expired' in done.stderr, done


def manages(pool, env, reserved, cert):
    """The status of a device's message with this certificate."""
    ident = env.value('select device_id from admin.device where id = %s;'
                      % stack.quote(reserved[0]))
    answer = pool.call(QUERY, package1(ident, 1), **with_certificate(cert))
    if answer.status == 200:
        SyncML(answer)
    return answer.status


def test_two_authorities(env):
    """D2-44 a second CA follows the first: both are trusted at once, new
    certificates come from the second, old ones stay good until the first
    is taken out; the administrator sees how many there are."""
    old = Authority(env, kind='RSA')
    new = Authority(env, root=old)
    one, two, three = reserve(env, [next(POINTS) for _ in range(3)])
    with Signer(env, **old.settings()) as signer:
        first = signer.certificate(one)
    settings = dict(new.settings())
    done = Signer(env, start=False, **dict(
        settings, FENESTRA_DEVICE_CA=old.path('device-ca.pem'))).run()
    assert done.returncode == 1 and 'would be refused' in done.stderr, done
    new.bundle(new, old)
    with Signer(env, **settings) as signer:
        second = signer.certificate(two)
        assert signer.certificate(one).der == first.der, 'given again'
        x509.verify(second, new.cert('root.pem'), env.folder, [new.cert()])
        assert authority(env, old.cert()) == ['trusted', '1']
        assert authority(env, new.cert()) == ['issuing', '1']
        with Pool(env, 'management', FENESTRA_DEVICE_CA=new.path(
                'device-ca.pem')) as pool:
            assert manages(pool, env, one, first) == 200
            assert manages(pool, env, two, second) == 200
        new.bundle(new)
        with Pool(env, 'management', FENESTRA_DEVICE_CA=new.path(
                'device-ca.pem')) as pool:
            # The root is in the bundle, but not the CA between.
            assert manages(pool, env, one, first) == 403
            assert manages(pool, env, two, second) == 200
        assert signer.certificate(three).issuer == second.issuer


def test_another_authority_is_made(env):
    """D2-44 make-ca -i makes the CA that follows, adds it to those that
    are trusted, once, and leaves the rest as it was."""
    folder = env.folder.fresh()
    assert script('make-ca', '-i', 'next', folder).returncode != 0
    assert script('make-ca', '-k', 'ec', folder).returncode == 0
    old = open(folder + '/issuing.pem', encoding='ascii').read()
    for _ in range(2):
        done = script('make-ca', '-i', 'next', folder)
        assert done.returncode == 0, done
    assert open(folder + '/issuing.pem', encoding='ascii').read() == old
    trusted = x509.load(folder + '/device-ca.pem')
    assert len(trusted) == 3
    assert {c.der for c in trusted} == {
        x509.load('%s/%s.pem' % (folder, n))[0].der
        for n in ('root', 'issuing', 'next')}
    for name in ('issuing', 'next'):
        with Signer(env, FENESTRA_CA_CERT='%s/%s.pem' % (folder, name),
                    FENESTRA_CA_KEY='%s/%s.key' % (folder, name),
                    FENESTRA_CA_ROOT=folder + '/root.pem',
                    FENESTRA_DEVICE_CA=folder + '/device-ca.pem') as signer:
            cert = signer.certificate(reserve_one(env))
            x509.verify(cert, trusted[-1], env.folder,
                        [x509.load('%s/%s.pem' % (folder, name))[0]])
    for bad in ('root', '../x', '', 'device-ca', '-n'):
        assert script('make-ca', '-i', bad, folder).returncode != 0, bad


def crl_fields(path):
    out = subprocess.run(
        ['openssl', 'crl', '-in', path, '-noout', '-crlnumber', '-lastupdate',
         '-nextupdate', '-dateopt', 'iso_8601'], check=True, text=True,
        capture_output=True).stdout
    return dict(line.split('=', 1) for line in out.splitlines())


def judged(env, made, crl, cert):
    """What openssl says of a certificate when it has the CRL."""
    path = env.folder.file('judged.pem', cert.pem())
    return subprocess.run(
        ['openssl', 'verify', '-crl_check', '-CAfile', made.path('root.pem'),
         '-untrusted', made.path('issuing.pem'), '-CRLfile', crl, path],
        capture_output=True, text=True, check=False)


def served(env, made, crl, certs):
    """Whether lighttpd with this CRL lets each certificate in."""
    with socket.socket() as sock:
        sock.bind(('127.0.0.1', 0))
        port = sock.getsockname()[1]
    folder = env.folder.fresh()
    os.mkdir(folder)
    with open(env.certs + '/server.pem', encoding='ascii') as file:
        own = file.read()
    with open(env.ca_file, encoding='ascii') as file:
        chain = env.folder.file('crl-server.pem', own + file.read())
    conf = env.folder.file('crl.conf', '''
server.modules = ( "mod_openssl" )
server.document-root = "%s"
server.bind = "127.0.0.1"
server.port = %d
ssl.engine = "enable"
ssl.pemfile = "%s"
ssl.privkey = "%s/server.key"
ssl.verifyclient.activate = "enable"
ssl.verifyclient.enforce = "enable"
ssl.verifyclient.ca-file = "%s"
ssl.verifyclient.ca-crl-file = "%s"
''' % (folder, port, chain, env.certs, made.path('device-ca.pem'), crl))
    with open(folder + '/log', 'wb') as log, subprocess.Popen(
            ['/usr/sbin/lighttpd', '-D', '-f', conf], stdout=log,
            stderr=log) as server:
        try:
            return [welcome(env, port, server, *pair) for pair in certs]
        finally:
            server.terminate()


def welcome(env, port, server, cert, key):
    context = ssl.create_default_context(cafile=env.ca_file)
    context.load_cert_chain(env.folder.file('crl.pem', cert.pem()),
                            env.folder.file('crl.key', key.pem()))
    for _ in range(500):
        assert server.poll() is None, 'lighttpd did not start'
        try:
            raw = socket.create_connection(('127.0.0.1', port), 30)
            break
        except ConnectionRefusedError:
            time.sleep(0.02)
    try:
        with context.wrap_socket(raw, server_hostname='localhost') as sock:
            sock.sendall(b'GET / HTTP/1.0\r\nHost: localhost\r\n\r\n')
            return sock.recv(12).startswith(b'HTTP/1.')
    except (ssl.SSLError, ConnectionError):
        return False


@restoring
def test_list(env):
    """T39 D2-44 what is revoked is on the CRL at once, with its reason:
    openssl and lighttpd refuse it and take the others; each list has the
    next number and the time that the setting says."""
    made = Authority(env, kind='RSA')
    pairs = [keys.POOL.key() for _ in range(3)]
    reserved = reserve(env, [k.spki() for k in pairs])
    crl = env.folder.fresh('.crl')
    with Signer(env, **made.settings()) as signer:
        certs = [signer.certificate(r) for r in reserved]
        done = signer.run('-c', crl)
        assert done.returncode == 0 and '0 certificates' in done.stdout, done
        first = crl_fields(crl)
        for cert in certs:
            assert judged(env, made, crl, cert).returncode == 0
        env.call('certificate_revoke', certs[1].sha256())
        env.setting('crl_hours', '48')
        done = signer.run('-c', crl)
        env.setting('crl_hours', None)
        assert done.returncode == 0 and '1 certificates' in done.stdout, done
        second = crl_fields(crl)
    assert int(second['crlNumber'], 16) == int(first['crlNumber'], 16) + 1
    begin, end = (time.strptime(second[n], '%Y-%m-%d %H:%M:%SZ')
                  for n in ('lastUpdate', 'nextUpdate'))
    assert time.mktime(end) - time.mktime(begin) == 48 * 3600 + 300
    verdicts = [judged(env, made, crl, c) for c in certs]
    assert [v.returncode == 0 for v in verdicts] == [True, False, True]
    assert 'certificate revoked' in verdicts[1].stderr, verdicts[1]
    # lighttpd checks the whole chain: the root has a list of its own.
    root_crl = root_list(env, made)
    with open(crl, encoding='ascii') as file:
        both = env.folder.file('both.crl', file.read() + root_crl)
    assert served(env, made, both, zip(certs, pairs)) == [True, False, True]
    assert os.listdir(os.path.dirname(crl)).count(
        os.path.basename(crl) + '.new') == 0


def root_list(env, made):
    """An empty CRL of a root, as its keeper would make it."""
    folder = env.folder.fresh()
    os.mkdir(folder)
    for name, text in (('index', ''), ('number', '01\n')):
        with open('%s/%s' % (folder, name), 'w', encoding='ascii') as file:
            file.write(text)
    conf = env.folder.file('root-crl.cnf', '''
[ca]
default_ca = it
[it]
database = %s/index
crlnumber = %s/number
default_md = sha256
default_crl_days = 30
''' % (folder, folder))
    return subprocess.run(
        ['openssl', 'ca', '-gencrl', '-config', conf, '-cert',
         made.path('root.pem'), '-keyfile', made.path('root.key')],
        check=True, text=True, capture_output=True).stdout


def test_list_that_cannot_be_written(env):
    """D2-46 a CRL that cannot be written is an error that names the file,
    and the old one stays."""
    made = Authority(env)
    signer = Signer(env, start=False, **made.settings())
    crl = env.folder.fresh('.crl')
    assert signer.run('-c', crl).returncode == 0
    with open(crl, encoding='ascii') as file:
        before = file.read()
    os.mkdir(crl + '.new')
    done = signer.run('-c', crl)
    assert done.returncode == 1 and crl in done.stderr, done
    with open(crl, encoding='ascii') as file:
        assert file.read() == before
    done = signer.run('-c', '/nonexistent/crl')
    assert done.returncode == 1 and '/nonexistent/crl' in done.stderr, done
    signer.environ['PGHOST'] = '/nonexistent'
    assert signer.run('-c', crl).returncode == 1


def token(env, made, label):
    """A key moved to a SoftHSM token; what a signer needs to find it."""
    folder = env.folder.fresh()
    os.mkdir(folder)
    os.mkdir(folder + '/tokens')
    conf = folder + '/softhsm2.conf'
    with open(conf, 'w', encoding='ascii') as file:
        file.write('directories.tokendir = %s/tokens\n'
                   'objectstore.backend = file\nlog.level = ERROR\n' % folder)
    environ = dict(os.environ, SOFTHSM2_CONF=conf)
    for words in (('--init-token', '--free', '--so-pin', '12345678'),
                  ('--import', made.path('issuing.key'), '--token', label,
                   '--id', '01')):
        subprocess.run(['softhsm2-util', *words, '--label', label, '--pin',
                        PIN], check=True, capture_output=True, env=environ)
    os.unlink(made.path('issuing.key'))
    with open(folder + '/pin', 'w', encoding='ascii') as file:
        file.write(PIN)
    return dict(made.settings(), SOFTHSM2_CONF=conf,
                PKCS11_MODULE_PATH=MODULE, FENESTRA_CA_KEY=(
                    'pkcs11:token=%s;object=%s;type=private?pin-source='
                    'file:%s/pin' % (label, label, folder)))


def test_key_on_a_token(env):
    """T34 T29 the CA's key on a PKCS#11 token, RSA and EC: it signs
    certificates and a CRL; a wrong PIN and another key are refused, and
    no PIN is ever said."""
    said = []
    for kind in ('RSA', 'P-256'):
        made = Authority(env, kind=kind)
        settings = token(env, made, 'ca' + kind)
        with Signer(env, **settings) as signer:
            for spki in (next(POINTS), keys.POOL.key().spki()):
                cert = signer.certificate(reserve_one(env, spki))
                x509.verify(cert, made.cert('root.pem'), env.folder,
                            [made.cert()])
            crl = env.folder.fresh('.crl')
            assert signer.run('-c', crl).returncode == 0
            assert judged(env, made, crl, cert).returncode == 0
            done = signer.run('-n')
            assert done.returncode == 0, done
            said += [signer.log(), done.stdout]
        bad = Signer(env, start=False, **settings)
        good = bad.environ['FENESTRA_CA_KEY']
        for key, word in (
                (good.replace('object=ca', 'object=no'), 'no such key'),
                (good.replace('/pin', '/softhsm2.conf'), 'PIN'),
                (good.split('?')[0] + '?pin-value=' + PIN, 'pin-source'),
                (good.split('?')[0], 'PIN')):
            done = Signer(env, start=False, **dict(
                settings, FENESTRA_CA_KEY=key)).run('-n')
            assert done.returncode == 1 and word in done.stderr, (key, done)
            said.append(done.stderr + done.stdout)
        other = Authority(env, kind=kind)
        done = Signer(env, start=False, **dict(
            other.settings(), **{k: settings[k] for k in (
                'SOFTHSM2_CONF', 'PKCS11_MODULE_PATH',
                'FENESTRA_CA_KEY')})).run('-n')
        assert done.returncode == 1 and 'not the key of' in done.stderr, done
        said.append(done.stderr)
    assert not [text for text in said if PIN in text], 'the PIN was said'
