# SPDX-License-Identifier: ISC
"""A worker is killed at each place that a file passes on its way in; the file
is sent again, and in the end lies there once and whole, and nothing else."""

import os

import fastcgi
import stack
from server import Armed

# Those that only an upload passes.
PLACES = ('file-written', 'file-linked')
PASSES = tuple((place, passes) for place in (
    'db-before', 'db-sent', 'db-done') for passes in (0, 1)) + (
        ('file-written', 0), ('file-written', 3), ('file-linked', 0),
        ('request-begun', 0), ('request-read', 0), ('answer-made', 0),
        ('answer-begun', 0), ('answer-sent', 0), ('request-done', 0))
BODY = bytes(range(256)) * 400


class Uploads:
    def __init__(self, env):
        self.env, self.count = env, 0
        self.folder = env.folder.fresh('-uploads')
        os.mkdir(self.folder)
        os.chmod(self.folder, 0o750)
        self.armed = Armed(env, 'management', FENESTRA_UPLOADS=self.folder)

    def close(self):
        self.armed.close()

    def asked(self, device):
        """The path of a new address."""
        self.count += 1
        token = '%032x' % self.count
        self.env.sql('select admin.diagnostics(%s);' % stack.quote(device))
        self.env.sql(
            "update mdm.upload set sha256 = sha256('%s') where device = %s"
            " and file is null;" % (token, stack.quote(device)))
        return '/ManagementServer/Upload/' + token

    def put(self, pool, path):
        return fastcgi.call(pool.path, fastcgi.params(
            path, BODY, 'application/zip', 'PUT'), BODY).status

    def killed(self, device, place, passes):
        """Killed there, and sent again: taken in the one or the other."""
        path = self.asked(device)
        died, _ = self.armed.kill_at(place, passes,
                                     lambda pool: self.put(pool, path))
        assert died, 'it does not pass there'
        self.armed.ready()
        self.armed.quiet()
        again = self.put(self.armed, path)
        assert again in (201, 404), again
        known = self.known(device)
        assert len(known) == self.count, (again, known)
        for name in known:
            with open(os.path.join(self.folder, name), 'rb') as file:
                assert file.read() == BODY, 'not whole'

    def known(self, device):
        return [row[0] for row in self.env.sql(
            'select file from admin.upload where device = %s and file is not'
            ' null;' % stack.quote(device))]

    def only_those(self, device):
        """What the kills left goes with the next file."""
        path = self.asked(device)
        assert self.put(self.armed, path) == 201
        assert sorted(os.listdir(self.folder)) == sorted(self.known(device))
