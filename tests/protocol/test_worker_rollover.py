# SPDX-License-Identifier: ISC
"""One issuing CA follows another, as devices see it: lighttpd with its own
configuration, workers and a signer, all with the CAs of the test."""

import contextlib
import copy
import os
import pwd
import shutil
import socket
import subprocess
import time

import client
import device
import keys
import messages
import renewal
import stack
import x509
from fastcgi import Pool
from messages import fault
from signers import Authority, Signer
from test_renewal import certificates, soon

LIGHTTPD = os.path.join(stack.ROOT, 'deploy', 'lighttpd')
SITE = '''
var.fenestra_conf = "{0}"
var.fenestra_errors = "{0}/error"
var.fenestra_workers = "{0}/sockets.conf"
var.fenestra_run = "{1}"
var.fenestra_listen = "127.0.0.1"
var.fenestra_https = "{2}"
var.fenestra_http = "{3}"
var.fenestra_https_in_url = ":{2}"
var.fenestra_certs = "{4}"
var.fenestra_user = "{5}"
var.fenestra_group = "{5}"
var.fenestra_pid = "{1}/front.pid"
var.fenestra_log = "{1}"
var.fenestra_uploads = "{1}"
include var.fenestra_conf + "/fenestra.conf"
'''


def free_port():
    with socket.socket() as sock:
        sock.bind(('127.0.0.1', 0))
        return sock.getsockname()[1]


def ready(port, server, said):
    while True:
        if server.poll() is not None:
            with open(said, encoding='utf-8') as file:
                raise AssertionError('lighttpd: ' + file.read())
        try:
            return socket.create_connection(('127.0.0.1', port), 30).close()
        except ConnectionRefusedError:
            time.sleep(0.02)


class Site:
    """with Site(env, authority) as site: … of this CA, and of all that its
    bundle trusts.  `env` is the stack as the tests' clients know it."""

    def __init__(self, env, authority, signer=None):
        self.env = copy.copy(env)
        self.env.https, self.env.http = free_port(), free_port()
        self.env.base = 'https://%s:%d' % (stack.ENROLL, self.env.https)
        self.authority, self.other = authority, signer or authority
        self.pools, self.hold = {}, contextlib.ExitStack()

    def __enter__(self):
        with contextlib.ExitStack() as hold:
            signer = hold.enter_context(
                Signer(self.env, **self.other.settings()))
            settings = self.authority.settings()
            del settings['FENESTRA_CA_KEY']
            settings['FENESTRA_SIGNER_SOCKET'] = signer.path
            folder = self.env.folder.fresh()
            os.mkdir(folder)
            for name in stack.PROGRAMS:
                pool = hold.enter_context(Pool(self.env, name, **settings))
                self.pools[name] = pool
                os.chmod(pool.path, 0o777)
                os.symlink(pool.path, '%s/%s.sock' % (folder, name))
            hold.enter_context(self.front(folder))
            self.hold = hold.pop_all()
        return self

    def __exit__(self, *_):
        self.hold.close()

    @contextlib.contextmanager
    def front(self, folder):
        """lighttpd, which gives up root if it has it."""
        root = os.getuid() == 0
        user = 'www-data' if root else pwd.getpwuid(os.getuid()).pw_name
        self.server_certificate()
        conf = self.env.folder.file('site.conf', SITE.format(
            LIGHTTPD, folder, self.env.https, self.env.http,
            self.authority.folder, user))
        os.chmod(self.env.folder.path, 0o711)
        shutil.chown(folder, user)
        with open(folder + '/out', 'wb') as out, subprocess.Popen(
                ['/usr/sbin/lighttpd', '-D', '-f', conf], stdout=out,
                stderr=out) as server:
            try:
                ready(self.env.https, server, folder + '/out')
                yield
            finally:
                server.terminate()

    def server_certificate(self):
        """The stack's.  Its CA is not among those of devices here, where
        lighttpd would look for it: it comes along."""
        pem = ''.join(cert.pem() for path in (
            self.env.certs + '/server.pem', self.env.ca_file)
                      for cert in x509.load(path))
        with open(self.authority.path('server.pem'), 'w',
                  encoding='ascii') as file:
            file.write(pem)
        with contextlib.suppress(FileExistsError):
            os.symlink(self.env.certs + '/server.key',
                       self.authority.path('server.key'))

    def reasons(self):
        """Why workers refused something."""
        return ''.join(p.log() for p in self.pools.values())


def here(site, made):
    """A device that has been elsewhere, at this site."""
    found = copy.copy(made)
    found.env = site.env
    return found


def authorities(document):
    """The CAs of a document, by store, as DER."""
    return {store: document.stored('CertificateStore', store, 'System').der
            for store in ('Root', 'CA')
            if document.find('CertificateStore', store)}


def both(authority):
    """What a document says that tells of this CA."""
    return {'Root': authority.cert('root.pem').der,
            'CA': authority.cert().der}


def refused(site, made):
    """No session with this certificate, nor a renewal of it."""
    answer = device.Session(made).post(messages.package1(made.id, 'x'))
    assert answer.status == 403 and answer.body == b'', answer
    found = fault(renewal.post(
        site.env, renewal.good(made, keys.POOL.key()), made.files),
        's:CertificateRequest')
    assert found.kind == 'NotEligibleToRenew', found.kind


def test_devices_move_to_the_next_authority(env):
    """D2-44 S2.37 T14 a device of one CA works on while the next one issues,
    gets a certificate of it and that CA when it renews, and works with it;
    once the old CA is trusted no more, what it signed is refused."""
    old = Authority(env, kind='RSA')
    new = Authority(env, root=old)
    root = old.cert('root.pem')
    with soon(env):
        with Site(env, old) as site:
            made, late = device.Device(site.env), device.Device(site.env)
            for dev in (made, late):
                dev.session().finish()
                assert dev.cert.issuer == old.cert().subject
                assert authorities(dev.document) == both(old)
        new.bundle(new, old)
        with Site(env, new) as site:
            made, late = here(site, made), here(site, late)
            for dev in (made, late):
                dev.session().finish()
            fresh = device.Device(site.env)
            fresh.session().finish()
            moved = renewal.renew(made)
            for dev in (fresh, moved):
                x509.verify(dev.cert, root, env.folder, [new.cert()])
                assert authorities(dev.document) == both(new)
            made.session().finish()
            moved.session().finish()
            assert [s for _, s in certificates(made)] == [
                'superseded', 'issued']
            refused(site, made)
            assert 'the certificate is superseded' in site.reasons()
            again = renewal.renew(moved)
            assert authorities(again.document) == {}, 'known by now'
            again.session().finish()
        new.bundle(new)
        with Site(env, new) as site:
            late = here(site, late)
            refused(site, late)
            assert 'client certificate: FAILED' in site.reasons()
            assert certificates(late) == [('0', 'issued')], certificates(late)
            for dev in (here(site, again), here(site, fresh)):
                dev.session().finish()
            back = device.Device(site.env, device_id=late.id)
            assert back.uuid == late.uuid
            assert back.cert.issuer == new.cert().subject
            back.session().finish()


def test_what_comes_again_names_its_own_authority(env):
    """D2-40 D2-44 requests whose answers were lost before the change get
    the same certificates after it, and the document has the CA that signed
    them."""
    old = Authority(env)
    new = Authority(env, root=old)
    with soon(env):
        with Site(env, old) as site:
            made = device.Device(site.env)
            key = keys.POOL.key()
            text = renewal.good(made, key)
            first = renewal.accept(
                made, renewal.post(site.env, text, made.files), key)
            lost = device.Device(site.env)
        new.bundle(new, old)
        with Site(env, new) as site:
            second = renewal.accept(here(site, made), renewal.post(
                site.env, text, made.files), key)
            assert second.cert.der == first.cert.der
            assert authorities(second.document) == {}
            second.session().finish()
            conn = client.Connection(site.env)
            document = device.provisioning(conn.request(
                'POST', messages.ENROLLMENT, lost.text.encode(),
                kind=client.SOAP))
            conn.close()
            cert = document.stored('CertificateStore', 'My', 'User')
            assert cert.der == lost.cert.der
            assert authorities(document) == both(old)


def test_workers_behind_the_signer(env):
    """D2-44 the signer has the next CA and the workers have not been
    started anew: what it signs is told with the CA that signed it."""
    old = Authority(env)
    new = Authority(env, root=old)
    for authority in (old, new):
        authority.bundle(new, old)
    with soon(env):
        with Site(env, old) as site:
            made = device.Device(site.env)
        with Site(env, old, signer=new) as site:
            moved = renewal.renew(here(site, made))
            for dev in (moved, device.Device(site.env)):
                assert dev.cert.issuer == new.cert().subject
                assert authorities(dev.document) == both(new)
                dev.session().finish()
