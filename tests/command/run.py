#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""The command `fenestra` as a person or a script uses it; TAP. The stack of
deploy/stack that FENESTRA_VAR names has to be up.

    tests/command/run.py [test …]"""

import glob
import importlib
import os
import shutil
import sys
import tempfile

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(0, HERE)
sys.dont_write_bytecode = True

import command  # noqa: E402


def main():
    work = tempfile.mkdtemp()
    passed = count = 0
    try:
        site = command.Site(work)
        site.enroll()
        for path in sorted(glob.glob(os.path.join(HERE, 'test_*.py'))):
            module = importlib.import_module(os.path.basename(path)[:-3])
            for name in sorted(vars(module)):
                if not name.startswith('test_') or \
                        sys.argv[1:] and name not in sys.argv[1:]:
                    continue
                count += 1
                try:
                    getattr(module, name)(site)
                except Exception as error:
                    print('not ok %d - %s' % (count, name))
                    said = '%s: %s' % (type(error).__name__, error)
                    print('# ' + said.replace('\n', '\n# '))
                else:
                    passed += 1
                    print('ok %d - %s' % (count, name))
                sys.stdout.flush()
    finally:
        shutil.rmtree(work)
    print('1..%d' % count)
    return 0 if passed == count > 0 else 1


if __name__ == '__main__':
    sys.exit(main())
