# SPDX-License-Identifier: ISC
"""Files that devices send, to workers without a front server before them: cut
short, killed in the middle, two at once, and the folder they go to."""

import os
import signal
import socket
import subprocess
import threading
import time

import fastcgi
from fastcgi import Pool
from test_actions import Acting, asked

SIZE = 4 << 20


def begun(pool, path, size, given):
    """A connection on which `given` octets of a body have been sent."""
    sock = socket.socket(socket.AF_UNIX)
    sock.connect(pool.path)
    some = fastcgi.params(path, b'', 'application/zip', 'PUT',
                          CONTENT_LENGTH=str(size))
    data = fastcgi.request_bytes(some, b'z' * given)
    sock.sendall(data[:-8])                 # without the end of the stream
    return sock


def mine(env, name):
    made = env.folder.fresh(name)
    os.mkdir(made)
    os.chmod(made, 0o750)
    return made


def test_cut_and_killed(env):
    """D2-1 T36 a body that is cut short, and a worker that is killed while it
    comes, leave nothing; the address still serves, once."""
    folder = mine(env, '-cut')
    with Pool(env, 'management', supervise=True, FENESTRA_UPLOADS=folder
              ) as pool:
        made = Acting(env)
        action, path, _ = asked(made)
        with begun(pool, path, SIZE, SIZE // 2):
            pass
        with begun(pool, path, SIZE, SIZE // 2) as sock:
            time.sleep(0.2)
            pool.signal(0, signal.SIGKILL)
            assert sock.recv(1) == b''
        short = pool.call(path, b'z' * 10, 'application/zip',
                          REQUEST_METHOD='PUT', CONTENT_LENGTH='11')
        assert short.status == 400, short
        assert os.listdir(folder) == []
        assert made.outcome(action)[0] == 'running'
        done = pool.call(path, b'z' * SIZE, 'application/zip',
                         REQUEST_METHOD='PUT')
        assert done.status == 201, done
        name, = os.listdir(folder)
        assert os.path.getsize(os.path.join(folder, name)) == SIZE
        assert made.outcome(action)[0] == 'done'


def test_two_at_once(env):
    """T36 of many that send to one address at the same time one is taken, and
    the file is that one's."""
    folder = mine(env, '-race')
    with Pool(env, 'management', 4, FENESTRA_UPLOADS=folder) as pool:
        made = Acting(env)
        _, path, _ = asked(made)
        answers = []

        def send(number):
            answers.append((number, pool.call(
                path, b'%d' % number * 100000, 'application/zip',
                REQUEST_METHOD='PUT').status))
        threads = [threading.Thread(target=send, args=(n,))
                   for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        won = [n for n, code in answers if code == 201]
        assert len(won) == 1 and len(answers) == 8, answers
        assert {c for _, c in answers} <= {201, 404, 503}, answers
        known, = made.env.admin("select file from admin.upload where device ="
                                " '%s';" % made.uuid)
        with open(os.path.join(folder, known[0]), 'rb') as file:
            assert file.read() == b'%d' % won[0] * 100000
        # The next upload removes what is left of the others.
        _, path, _ = asked(Acting(env))
        assert pool.call(path, b'zip', 'application/zip',
                         REQUEST_METHOD='PUT').status == 201
        assert len(os.listdir(folder)) == 2, os.listdir(folder)


def test_folder(env):
    """D2-46 without a folder no file is taken; one that is not there, that
    others can read or that is no folder is named, and the worker refuses to
    start."""
    with Pool(env, 'management') as pool:
        _, path, _ = asked(Acting(env))
        assert pool.call(path, b'zip', 'application/zip',
                         REQUEST_METHOD='PUT').status == 404
        environ = pool.environ
    folder = mine(env, '-mode')
    os.chmod(folder, 0o755)
    for wrong, reason in (('/nonexistent', 'No such file'), ('here', 'absol'),
                          (folder, 'mode 0755'),
                          (env.folder.file('file', 'x'), 'Not a directory')):
        done = subprocess.run(
            [env.program('management'), '-n'], check=False, text=True,
            capture_output=True, env=dict(environ, FENESTRA_UPLOADS=wrong))
        assert done.returncode == 1 and reason in done.stderr, done
