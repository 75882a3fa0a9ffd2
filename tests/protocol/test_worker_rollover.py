# SPDX-License-Identifier: ISC
"""One issuing CA follows another, as devices see it, behind either front
server: each with its own configuration, workers and a signer, all with the
CAs of the test."""

import copy

import client
import device
import keys
import messages
import renewal
import x509
from messages import fault
from signers import Authority
from sites import KINDS, Site
from test_renewal import certificates, soon


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


def refused(site, made, trusted=True):
    """No session with this certificate, nor a renewal of it. Apache lets
    nobody connect whose certificate it does not trust."""
    if site.kind == 'apache' and not trusted:
        for host in (messages.stack.MANAGE, messages.stack.ENROLL):
            conn = client.Connection(site.env, host, cert=made.files)
            try:
                answer = conn.request('POST', messages.QUERY, b'')
            except client.Closed:
                continue
            raise AssertionError(answer)
        return
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
    for kind in KINDS:
        devices_move(env, kind)


def devices_move(env, kind):
    old = Authority(env, kind='RSA')
    new = Authority(env, root=old)
    root = old.cert('root.pem')
    with soon(env):
        with Site(env, old, kind=kind) as site:
            made, late = device.Device(site.env), device.Device(site.env)
            for dev in (made, late):
                dev.session().finish()
                assert dev.cert.issuer == old.cert().subject
                assert authorities(dev.document) == both(old)
        new.bundle(new, old)
        with Site(env, new, kind=kind) as site:
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
        with Site(env, new, kind=kind) as site:
            late = here(site, late)
            refused(site, late, trusted=False)
            assert kind == 'apache' or \
                'client certificate: FAILED' in site.reasons()
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
