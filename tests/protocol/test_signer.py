# SPDX-License-Identifier: ISC
"""The stack's signer, as the front server's users and its neighbours see
it."""

import os
import pwd
import stat

import device
import keys
import stack
from signers import Gone, ask, reserve_one, row


def stack_signer(env):
    """(pid, uid) of the stack's signer."""
    with open(os.path.join(os.path.dirname(env.certs), 'run', 'signer.pid'),
              encoding='ascii') as file:
        pid = int(file.read().split(':')[0])
    return pid, os.stat('/proc/%d' % pid).st_uid


def environ(pid):
    with open('/proc/%d/environ' % pid, 'rb') as file:
        return file.read().decode()


def test_key_is_the_signers(env):
    """T34 the key file is the signer's own and nobody else's, no worker
    knows where it is, and where users can differ they do."""
    key = os.stat(env.certs + '/issuing.key')
    pid, uid = stack_signer(env)
    assert stat.S_IMODE(key.st_mode) == 0o600 and key.st_uid == uid
    assert uid == pwd.getpwnam(env.env['SIGNER_USER']).pw_uid
    assert 'FENESTRA_CA_KEY=' in environ(pid)
    workers = env.workers()
    assert len(workers) >= 3
    for worker in workers:
        assert 'FENESTRA_CA_KEY' not in environ(worker)
        with open('/proc/%d/maps' % worker, encoding='utf-8') as file:
            assert 'issuing.key' not in file.read()
        if os.getuid() == 0:
            owner = os.stat('/proc/%d' % worker).st_uid
            assert owner not in (0, uid), 'the worker could read the key'


def test_signer_takes_nothing_but_its_socket(env):
    """T27 T34 no network: the signer has Unix sockets and no others."""
    pid, _ = stack_signer(env)
    inodes = set()
    for name in os.listdir('/proc/%d/fd' % pid):
        link = os.readlink('/proc/%d/fd/%s' % (pid, name))
        if link.startswith('socket:['):
            inodes.add(link[8:-1])
    with open('/proc/%d/net/unix' % pid, encoding='ascii') as file:
        known = {line.split()[6] for line in file.readlines()[1:]}
    assert inodes and inodes <= known, inodes - known


def test_one_line_for_each(env):
    """T28 an enrollment is one line of the worker and one of the signer,
    with one id."""
    log = stack.Log([env.env['SIGNER_LOG']])
    mark, ours = env.log.mark(), log.mark()
    made = device.Device(env)
    line, = [f for f in env.log.wait(mark, 1) if f['worker'] == 'enrollment']
    signed, = log.wait(ours, 1)
    assert signed['id'] == line['id'], (signed, line)
    assert signed['device'] == line['device'] == made.uuid
    assert int(signed['serial'], 16) == made.cert.serial


def test_the_worker_cannot_store(env):
    """T33 T34 the enrollment role reserves and cannot store a certificate
    of its own making; the signer's role stores and cannot reserve."""
    reserved = reserve_one(env)
    for user, call in (
            ('fenestra_enrollment', "signer.issue(%s, %s, '', '', '', '')"),
            ('fenestra_enrollment', 'signer.reservation(%s, %s, 0)'),
            ('fenestra_management', 'signer.reservation(%s, %s, 0)'),
            ('fenestra_admin', 'signer.reservation(%s, %s, 0)')):
        try:
            env.sql('select %s;' % call % tuple(map(stack.quote, reserved)),
                    user=user)
        except stack.SqlError as error:
            assert error.state == '42501', error
        else:
            raise AssertionError('%s may call %s' % (user, call))
    assert row(env, reserved, 'state') == 'reserved'


def test_only_the_worker_may_ask(env):
    """T34 root and the worker's user may ask, the file's rights aside."""
    socket = env.env['SIGNER_SOCKET']
    if os.getuid() == env_uid(env) or os.getuid() == 0:
        assert ask(socket, reserve_one(env))[0] == 200
    else:
        try:
            assert ask(socket, reserve_one(env))[0] == 403
        except (Gone, PermissionError):
            pass


def env_uid(env):
    return os.stat('/proc/%d' % min(env.workers())).st_uid


def test_other_keys(env):
    """T10 T11 RSA-3072 is signed as RSA-2048 is, and serves."""
    key = keys.Key([keys.prime(1536), keys.prime(1536)])
    made = device.Device(env, key=key)
    assert made.cert.spki == key.spki()
    assert made.session().first().statuses
