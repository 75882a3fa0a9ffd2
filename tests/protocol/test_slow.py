# SPDX-License-Identifier: ISC
"""Clients that stop in the middle of something are not waited for."""

import time

import test_fronts

PATIENCE = 60       # seconds; far more than any front server gives


def ended(sock, until):
    """Whether the server ends a connection; what it says before is read."""
    try:
        while True:
            sock.settimeout(max(0.01, until - time.monotonic()))
            if not sock.recv(65536):
                return True
    except TimeoutError:
        return False
    except OSError:
        return True


def test_slow_clients_are_dropped(env):
    """T43 D2-25 connections without a byte, with half a header and with
    half a body are closed by the front server."""
    slow = getattr(env, 'slow', None) or test_fronts.slow_connections(env, 40)
    until = time.monotonic() + PATIENCE
    left = [s for s in slow if not ended(s, until)]
    for sock in slow:
        sock.close()
    assert len(slow) >= 40 and not left, '%d of %d are open' % (
        len(left), len(slow))
