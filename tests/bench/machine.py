# SPDX-License-Identifier: ISC
"""What the kernel says about processes, and about this machine."""

import os
import re
import subprocess


def read(path):
    with open(path, encoding='utf-8', errors='replace') as file:
        return file.read()


def parents():
    """pid → parent of every process."""
    found = {}
    for name in os.listdir('/proc'):
        if name.isdigit():
            try:
                fields = read('/proc/%s/stat' % name).rsplit(')', 1)[1].split()
            except OSError:
                continue
            found[int(name)] = int(fields[1])
    return found


def family(pid):
    """A process and everything it started."""
    known, found = {pid}, parents()
    while True:
        more = {p for p, parent in found.items() if parent in known} - known
        if not more:
            return known
        known |= more


def program(pid):
    """The name a process runs under."""
    try:
        return read('/proc/%d/comm' % pid).strip()
    except OSError:
        return ''


def workers(front, name):
    """The processes of one program that a front server started.  comm holds
    15 bytes of a name."""
    return sorted(p for p in family(front) if program(p) == name[:15])


def cpu(pids):
    """CPU seconds that these processes have used; None if not known."""
    total = 0
    for pid in pids:
        try:
            total += int(read('/proc/%d/schedstat' % pid).split()[0])
        except (OSError, IndexError, ValueError):
            return None
    return total / 1e9


class Memory:
    """KiB of one process.  Pss and Private_Dirty only for who may see them:
    the workers are not dumpable, so that is root."""

    NAMES = (('rss', 'VmRSS'), ('anon', 'RssAnon'), ('pss', 'Pss'),
             ('dirty', 'Private_Dirty'))

    def __init__(self, pid):
        text = read('/proc/%d/status' % pid)
        self.fds = None
        try:
            text += read('/proc/%d/smaps_rollup' % pid)
            self.fds = len(os.listdir('/proc/%d/fd' % pid))
        except OSError:
            pass
        for name, label in self.NAMES:
            found = re.search(r'^%s:\s+(\d+) kB' % label, text, re.M)
            setattr(self, name, int(found.group(1)) if found else None)


def say(*command):
    """The first line of what a command prints, or nothing."""
    try:
        out = subprocess.run(command, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, text=True, check=False)
    except OSError:
        return ''
    return out.stdout.split('\n')[0].strip()


def facts():
    """Cores, processor, versions."""
    model = re.search(r'^model name\s*: (.*)$', read('/proc/cpuinfo'), re.M)
    return [
        '%d cores (%s), Linux %s, load %s' % (
            os.cpu_count(), model.group(1) if model else os.uname().machine,
            os.uname().release, read('/proc/loadavg').split()[0]),
        ', '.join(filter(None, (
            re.sub(r' \(ssl\).*', '', say('/usr/sbin/lighttpd', '-v')),
            re.sub(r'psql \((\w+)\) ([\d.]+).*', r'\1 \2',
                   say('psql', '--version')),
            re.sub(r'\s+\(Lib.*', '', say('openssl', 'version')),
            re.sub(r'^(curl \S+) .*', r'\1', say('curl', '--version')),
            say('gcc', '--version')))),
    ]
