# SPDX-License-Identifier: ISC
"""The scripts of certs/: material of the operator's and of their own."""

import os
import stat
import subprocess

import stack
import x509

PASSWORD = 'import "password" $x'


def script(name, *args, **environ):
    return subprocess.run(
        [os.path.join(stack.ROOT, 'certs', name), *args], text=True,
        capture_output=True, check=False, stdin=subprocess.DEVNULL,
        env=dict(os.environ, **environ))


def openssl(*args):
    return subprocess.run(['openssl', *args], check=True, text=True,
                          capture_output=True).stdout


def bundle(env, *options):
    """A .pfx of a server certificate, its CA and key; the paths."""
    folder = env.folder.fresh()
    assert script('make-ca', folder).returncode == 0
    assert script('make-server-cert', folder, 'mdm.example.com',
                  '192.0.2.1').returncode == 0
    pfx = folder + '/site.pfx'
    openssl('pkcs12', '-export', *options, '-in', folder + '/server.pem',
            '-inkey', folder + '/server.key', '-certfile',
            folder + '/root.pem', '-passout', 'pass:' + PASSWORD, '-out', pfx)
    return folder, pfx


def test_import_of_a_pfx(env):
    """S0.8 certificate and key arrive as a .pfx with an import password
    and become the PEM files the front server reads, the key for its owner
    alone; old RC2 files too."""
    for options in ((), ('-legacy',)):
        source, pfx = bundle(env, *options)
        target = env.folder.fresh()
        done = script('import-pfx', '-e', 'IMPORT', pfx, target,
                      IMPORT=PASSWORD)
        assert done.returncode == 0, done
        ours = x509.load(source + '/server.pem')[0]
        assert x509.load(target + '/server.pem')[0].der == ours.der
        assert openssl('pkey', '-in', target + '/server.key', '-pubout') == \
            openssl('x509', '-in', target + '/server.pem', '-noout',
                    '-pubkey')
        mode = stat.S_IMODE(os.stat(target + '/server.key').st_mode)
        assert mode == 0o600, oct(mode)
        assert PASSWORD not in done.stdout + done.stderr


def test_import_with_a_wrong_password(env):
    """S0.8 a wrong password is said to be one and leaves nothing behind."""
    _, pfx = bundle(env)
    target = env.folder.fresh()
    done = script('import-pfx', '-e', 'IMPORT', pfx, target, IMPORT='wrong')
    assert done.returncode != 0 and 'password' in done.stderr, done
    assert not os.path.exists(target + '/server.pem')
    assert not os.path.exists(target + '/server.key')


def test_authorities_are_made_once(env):
    """S0.8 a second make-ca changes nothing; keys are never readable by
    others; the chain verifies for servers."""
    folder, _ = bundle(env)
    names = ['root.pem', 'root.key', 'issuing.pem', 'issuing.key',
             'device-ca.pem']
    before = [open(os.path.join(folder, n), 'rb').read() for n in names]
    assert script('make-ca', folder).returncode == 0
    assert before == [open(os.path.join(folder, n), 'rb').read()
                      for n in names]
    for name in names:
        if name.endswith('.key'):
            mode = stat.S_IMODE(os.stat(os.path.join(folder, name)).st_mode)
            assert mode & 0o077 == 0, '%s %o' % (name, mode)
    root = x509.load(folder + '/root.pem')[0]
    x509.verify(x509.load(folder + '/server.pem')[0], root, env.folder,
                purpose='sslserver')
