# SPDX-License-Identifier: ISC
"""What holds after all other tests of a run."""

import os

import canary
import test_signer


def test_no_secret_is_anywhere(env):
    """T29 T31 of all passwords, tokens, tickets, signatures and secrets that
    the tests have made use of, none is in any log of the stack, nor of what
    they started, traces among them, nor in a dump of the database, but for
    the one column that has to have it."""
    assert {'password', 'secret of a device'} <= set(canary.COUNT)
    canary.nowhere(env, 30)


def test_every_line_is_logfmt(env):
    """T28 every line that a worker of the stack wrote meanwhile is one event
    in logfmt."""
    events = env.log.events()
    assert len(events) > 10 and all(e['level'] for e in events), len(events)


def test_memory_is_nobodys(env):
    """T29 no worker, nor the signer, may be read or dumped by another process
    of its user: the kernel gives what it shows of them to root."""
    pids = env.workers() | {test_signer.stack_signer(env)[0]}
    assert len(pids) >= 4, pids
    for pid in pids:
        owner = os.stat('/proc/%d' % pid).st_uid
        assert owner != 0, pid
        for name in ('environ', 'mem', 'maps', 'fd'):
            assert os.stat('/proc/%d/%s' % (pid, name)).st_uid == 0, name
    own = os.stat('/proc/self/environ').st_uid
    assert own == os.getuid()
