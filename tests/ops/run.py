#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""What an administrator does to a machine: install, set up, upgrade, remove;
TAP. As root.

    tests/ops/run.py MODULE [test …]

The tests of a module build on each other and run in the order of the file."""

import importlib
import os
import signal
import sys
import time
import traceback

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(0, HERE)
sys.dont_write_bytecode = True


def main():
    # Trees are stopped and removed whatever ends this.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    module = importlib.import_module('test_' + sys.argv[1])
    tests = [f for n, f in vars(module).items() if n.startswith('test_')
             and (not sys.argv[2:] or n in sys.argv[2:])]
    print('1..%d' % len(tests))
    failed = 0
    with module.place() as place:
        for number, test in enumerate(tests, 1):
            start = time.monotonic()
            try:
                test(place)
                outcome = 'ok'
            except Exception:
                failed += 1
                outcome = 'not ok'
                reason = traceback.format_exc().splitlines()
            print('%s %d - %s' % (outcome, number, test.__name__))
            if outcome != 'ok':
                print('\n'.join('# ' + line for line in reason[-40:]))
            print('# %.1f s' % (time.monotonic() - start), flush=True)
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
