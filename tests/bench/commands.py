# SPDX-License-Identifier: ISC
"""Sessions with 20 commands, in XML and in WBXML by turns: queued, delivered,
carried out by simulated devices, and each answered with a Status of its own.
Check-ins are measured beside them."""

import os
import statistics
import time

import machine
from devices import Devices
from settings import LANES, ROUNDS, SECONDS, Series, shares

DEVICES = 4 * LANES
COMMANDS = 20
MESSAGES = 2  # of a session: package 1, and 20 Statuses with the Results


class Turn:
    """The rounds of one encoding during one turn."""

    def __init__(self):
        self.messages, self.seconds = 0, 0.0
        self.octets = {'in': 0, 'out': 0}
        self.cpu = {}

    def rate(self):
        return self.messages / self.seconds

    def cost(self):
        """CPU µs of a message, for each who takes part."""
        return {k: v / self.messages * 1e6 for k, v in self.cpu.items()}


def lines(bench, mark, count):
    """The log has a line for each message, if one waits for the last."""
    for _ in range(100):
        found = bench.log(mark)
        if len(found) >= count:
            break
        time.sleep(0.02)
    if len(found) != count:
        raise SystemExit('bench: %d messages instead of %d'
                         % (len(found), count))
    return found


def measure(bench, devices, turn):
    """One round, added to the turn."""
    devices.queue()
    mark = os.path.getsize(bench.stack.values['LOG'])
    parties = {'devices': devices.pids(), **bench.parties()}
    before = {k: machine.cpu(v) for k, v in parties.items()}
    start = time.monotonic()
    devices.round()
    turn.seconds += time.monotonic() - start
    for name, pids in parties.items():
        after = machine.cpu(pids)
        if after is not None and before[name] is not None:
            turn.cpu[name] = turn.cpu.get(name, 0) + after - before[name]
    found = lines(bench, mark, MESSAGES * devices.count)
    turn.messages += len(found)
    for key in turn.octets:
        turn.octets[key] += sum(int(f[key]) for f in found)


def one_turn(bench, kinds):
    """Both encodings in short rounds, so that they meet the same machine."""
    turns = {name: Turn() for name in kinds}
    order = list(kinds)
    for devices in kinds.values():  # the front server may have hung up
        measure(bench, devices, Turn())
    while min(t.seconds for t in turns.values()) < SECONDS / 2:
        for name in order:
            measure(bench, kinds[name], turns[name])
        order.reverse()
    for devices in kinds.values():
        devices.judge()
    return turns


def report(bench, turns, checkins):
    rates = {k: Series(t.rate() for t in v) for k, v in turns.items()}
    cost = {k: Series(sum(t.cost().values()) for t in v)
            for k, v in turns.items()}
    plain = Series(sum(t['cpu'].values()) for t in checkins)
    bench.say('', 'Sessions with %d commands, %d messages each, every command '
              'queued, delivered, answered and in the history'
              % (COMMANDS, MESSAGES))
    for name, list_ in turns.items():
        messages = sum(t.messages for t in list_)
        size = {k: sum(t.octets[k] for t in list_) / messages
                for k in ('in', 'out')}
        bench.say('  %-6s %s messages/s, %.0f commands/s; bodies %.0f bytes '
                  'in + %.0f out' % (
                      name, rates[name].text(),
                      rates[name].median * COMMANDS / MESSAGES, size['in'],
                      size['out']),
                  '         CPU µs of a message: '
                  + shares([t.cost() for t in list_]))
    bench.say('  ratio XML:WBXML, messages/s   %s'
              % rates['xml'].over(rates['wbxml']).text('%.2f'),
              '  ratio XML:WBXML, CPU time     %s'
              % cost['xml'].over(cost['wbxml']).text('%.2f'),
              '  ratio XML:WBXML, worker alone %s'
              % Series(a.cost()['worker'] / b.cost()['worker'] for a, b in
                       zip(turns['xml'], turns['wbxml'])).text('%.2f'),
              '  ratio to a check-in, CPU time %s   of a message in XML, '
              'devices and load left out' % Series(
                  served(a.cost()) / served(b['cpu']) for a, b in
                  zip(turns['xml'], checkins)).text('%.2f'),
              '  check-ins beside them: %.0f /s, CPU µs %.0f'
              % (statistics.median(t['rate'] for t in checkins),
                 plain.median))


def served(cost):
    """What the server's side of it takes."""
    return sum(v for k, v in cost.items() if k not in ('devices', 'load'))


def run(bench):
    kinds = {}
    turns, checkins = {'xml': [], 'wbxml': []}, []
    try:
        for name in turns:
            kinds[name] = Devices(bench, name, DEVICES)
            kinds[name].start('--encoding=' + name,
                              '--commands=%d' % COMMANDS)
        for i in range(ROUNDS):
            for name, turn in one_turn(bench, kinds).items():
                turns[name].append(turn)
            checkins.append(bench.measured())
            print('20 commands, round %d of %d: XML %.0f/s, WBXML %.0f/s'
                  % (i + 1, ROUNDS, turns['xml'][-1].rate(),
                     turns['wbxml'][-1].rate()), flush=True)
        report(bench, turns, checkins)
        statements(bench, kinds)
    finally:
        for devices in kinds.values():
            devices.stop()


def statements(bench, kinds):
    for name, devices in kinds.items():
        devices.queue()
        count, transactions = bench.counted('fenestra_management',
                                            devices.round)
        messages = MESSAGES * devices.count
        bench.say('  %-6s %.1f statements in %.1f transactions for a message'
                  % (name, count / messages, transactions / messages))
