#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The ecc508a authors
# SPDX-License-Identifier: Apache-2.0
#
# report.py DIR [--check] [--real] [--json FILE]: what driver-bench-inside left in DIR, as a table, as JSON or as tests.
#
# The floor is computed here, from the data sheet alone, so that it shares no mistake with the driver or the emulator.
import argparse
import json
import math
import os
import re
import sys

# DS20005927A: table 8-2 (tWHI), table 9-4 (typical execution times in us), 100 kHz: nine bits a byte. START, STOP and
# the pause between transfers are left out of the floor.
TWHI = 1500
EXEC = {'Nonce': 100, 'Sign': 42000, 'ECDH': 38000, 'Verify': 38000, 'GenKey': 11000, 'Random': 1000}
BYTE = 9 * 10
# Bytes of a command and of an answer around their data: word address, count, opcode, Param1, Param2, CRC; count, CRC.
# Every transfer begins with an address byte.
COMMAND, ANSWER, ADDRESS = 8, 3, 1
STATUS = 1
WAKE_BYTES = ADDRESS
# Commands of an operation: name, bytes in, bytes out. The status of Nonce has to be read: had it been disturbed, Sign
# would sign what was in TempKey before.
NONCE = ('Nonce', 32, STATUS)
OPERATIONS = {
    'sign': [NONCE, ('Sign', 0, 64)],
    'ecdh': [('ECDH', 64, 32)],
    'verify': [NONCE, ('Verify', 128, STATUS)],
    'pubkey': [('GenKey', 0, 64)],
    'random': [('Random', 0, 32)],
}
# The watchdog strikes after 0.7 s at the earliest, and a command is not begun when it might not end by then.
WATCHDOG = 700000
MARGIN = 150000
LIMIT_FLOOR, LIMIT_ECDH = 1.05, 1.5


def wire_bytes(operation):
    return sum(2 * ADDRESS + COMMAND + given + ANSWER + taken for _, given, taken in OPERATIONS[operation])


def floor(operation, asleep):
    parts = {'wake': WAKE_BYTES * BYTE + TWHI if asleep else 0, 'wire': wire_bytes(operation) * BYTE,
             'execution': sum(EXEC[name] for name, _, _ in OPERATIONS[operation])}
    return sum(parts.values()), parts


def median(values):
    values = sorted(values)
    return (values[(len(values) - 1) // 2] + values[len(values) // 2]) / 2


def p95(values):
    return sorted(values)[math.ceil(0.95 * len(values)) - 1]


class Trace:
    """What the chip saw: messages in order, and the commands between them."""

    def __init__(self, path):
        with open(path, encoding='ascii') as f:
            self.events = [json.loads(line) for line in f]
        self.commands = [e['op'] for e in self.events if e['ev'] == 'cmd']

    def operations(self, last):
        """One list of events for each answer to the command `last`. Sleep belongs to the operation before it."""
        done, events, pending = [], [], False
        for e in self.events:
            if e['ev'] == 'cmd':
                pending = e['op'] == last
            elif e['ev'] != 'msg' or (not events and is_sleep(e)):
                continue
            events.append(e)
            if pending and e['ev'] == 'msg' and e['dir'] == 'r' and e['status'] == 'ok':
                done.append(events)
                events, pending = [], False
        return done


def end(message):
    return message['t_us'] + message['wire_us']


def is_sleep(m):
    return m['dir'] == 'w' and m['status'] == 'ok' and m['len'] == 1 and m.get('data') in ('01', '02')


def is_wake(m):
    return m['dir'] == 'w' and m['status'] != 'ok' and (m['addr'] == 0 or set(m.get('data', '')) == {'0'})


def messages(events):
    return [e for e in events if e['ev'] == 'msg']


def bytes_of(events):
    """Bytes that were clocked: an address each, and what was acknowledged of the data"""
    return sum(ADDRESS + (m['len'] if m['status'] == 'ok' else m['acked']) for m in messages(events))


def judge(trace, operation, asleep):
    """Time line, bytes and commands of an operation in a trace; the first one is the warm-up"""
    needed = [name for name, _, _ in OPERATIONS[operation]]
    all_of_them = trace.operations(needed[-1])
    ops = all_of_them[1:] if asleep else all_of_them[2:]
    least, parts = floor(operation, asleep)
    if asleep:
        took = [end(o[-1]) - o[0]['t_us'] for o in ops]
    else:
        # From answer to answer: what the host does between two operations counts
        took = [end(b[-1]) - end(a[-1]) for a, b in zip(all_of_them[1:], all_of_them[2:])]
    wakes = [sum(is_wake(m) for m in messages(o)) for o in ops]
    # Those that have the watchdog restarted in them are not the plain ones
    plain = [o for o, w in zip(ops, wakes) if asleep or not w]
    return {
        'operation': operation, 'asleep': asleep, 'count': len(ops), 'floor_us': least, 'floor_parts_us': parts,
        'timeline_us': median(took), 'timeline_p95_us': p95(took), 'timeline_mean_us': sum(took) / len(took),
        'over_floor': sum(took) / len(took) / least - 1,
        'bytes': sorted({bytes_of(o) for o in plain}), 'bytes_floor': wire_bytes(operation) + (WAKE_BYTES if asleep else 0),
        'wakes': sum(wakes), 'polls': sum(m['status'] != 'ok' and not is_wake(m) for o in ops for m in messages(o)),
        'span_us': end(ops[-1][-1]) - ops[0][0]['t_us'],
        'extra_commands': [c for o in ops for c in [[e['op'] for e in o if e['ev'] == 'cmd']] if c != needed],
    }


def calls(path):
    """System calls between the two marks, and ioctls of the whole run"""
    inside, between, ioctls = False, {}, 0
    with open(path, encoding='utf-8', errors='replace') as f:
        for line in f:
            m = re.match(r'\d+\s+(\w+)\(', line)
            if not m:
                continue
            ioctls += m[1] == 'ioctl' and '_IOC(' in line
            if 'write(-1, "mark", 4)' in line:
                inside = not inside
            elif inside:
                between[m[1]] = between.get(m[1], 0) + 1
    return between, ioctls


class Results:
    def __init__(self, folder, real):
        self.folder = folder
        self.out = {'kernel': self.text('kernel').strip(), 'clock': 'real' if real else 'virtual, 1 ns an instruction',
                    'operations': {}, 'kpp': {}, 'calls': {}}
        for name, operation, asleep in (('sign-asleep', 'sign', True), ('sign-awake', 'sign', False),
                                        ('lib-sign', 'sign', False), ('provider-sign', 'sign', False),
                                        ('ecdh-asleep', 'ecdh', True), ('ecdh-awake', 'ecdh', False),
                                        ('verify', 'verify', False), ('pubkey', 'pubkey', False),
                                        ('random', 'random', False)):
            r = judge(Trace(self.path(name + '.trace')), operation, asleep)
            r.update(self.client(name))
            self.out['operations'][name] = r
        self.out['hwrng'] = self.client('hwrng')
        self.out['hwrng']['bytes_per_s'] = 256 / self.out['hwrng']['clock_us'] * 1e6
        for name in ('ours-asleep', 'ours-awake', 'upstream-asleep', 'upstream-awake'):
            if os.path.exists(self.path('kpp-' + name + '.json')):
                trace = Trace(self.path('kpp-' + name + '.trace'))
                self.out['kpp'][name] = self.client('kpp-' + name)
                self.out['kpp'][name]['bytes'] = median([bytes_of(c) for c in trace.operations('ECDH')[1:]])
        if 'upstream-awake' in self.out['kpp']:
            for state in ('asleep', 'awake'):
                ours, theirs = (self.out['kpp'][w + '-' + state]['clock_us'] for w in ('ours', 'upstream'))
                self.out['kpp']['ratio-' + state] = theirs / ours
        for name in ('ioctl', 'lib', 'provider', 'openssl'):
            between, ioctls = calls(self.path('calls.' + name))
            self.out['calls'][name] = {'ioctls_of_the_run': ioctls} if name == 'openssl' else {
                'between_marks': between, 'per_signature': sum(between.values()) / 10}
        self.out['openssl_commands'] = Trace(self.path('openssl-pkeyutl.trace')).commands

    def path(self, name):
        return os.path.join(self.folder, name)

    def text(self, name):
        with open(self.path(name), encoding='utf-8') as f:
            return f.read()

    def client(self, name):
        """What the program that asked for it saw"""
        raw = json.loads(self.text(name + '.json'))
        us = [ns / 1000 for ns in raw['ns']]
        r = {'clock_us': median(us), 'clock_p95_us': p95(us), 'clock_mean_us': sum(us) / len(us)}
        if 'cpu_ns' in raw:
            r['cpu_us'] = raw['cpu_ns'] / 1000 / raw['count']
            r['rusage_us'] = raw['rusage_us'] / raw['count']
        return r


def table(out):
    print(f"kernel {out['kernel']}, clock: {out['clock']}\n")
    print('times in ms, bus at 100 kHz, typical execution times; time line: what the chip saw, first to last bit\n')
    print(f"{'operation':16}{'floor':>8}{'time line':>11}{'over':>7}{'median':>9}{'p95':>8}{'CPU':>7}{'bytes':>7}{'least':>6}"
          f"{'NAKs':>6}")
    for name, r in out['operations'].items():
        print(f"{name:16}{r['floor_us'] / 1000:8.2f}{r['timeline_us'] / 1000:11.2f}{100 * r['over_floor']:6.1f}%"
              f"{r['clock_us'] / 1000:9.2f}{r['clock_p95_us'] / 1000:8.2f}{r['cpu_us'] / 1000:7.2f}"
              f"{'/'.join(map(str, r['bytes'])):>7}{r['bytes_floor']:6}{r['polls']:6}")
    r = out['operations']['sign-asleep']
    parts = ' + '.join(f'{v / 1000:.2f} {k}' for k, v in r['floor_parts_us'].items())
    print(f"\nfloor of a signature by a sleeping chip: {parts}")
    print(f"hwrng: {out['hwrng']['bytes_per_s']:.0f} bytes/s")
    print('\nECDH through kpp: ' + ', '.join(f"{k} {v['clock_us'] / 1000:.2f} ms, {v['bytes']:.0f} bytes"
                                              for k, v in out['kpp'].items() if isinstance(v, dict)))
    for state in ('asleep', 'awake'):
        if 'ratio-' + state in out['kpp']:
            print(f"  chip {state} before: {out['kpp']['ratio-' + state]:.2f} times as fast as upstream's atmel-ecc")
    print('\nsystem calls a signature: ' + ', '.join(f"{k} {v['per_signature']:g}" for k, v in out['calls'].items()
                                                      if 'per_signature' in v))
    print(f"openssl pkeyutl -sign: {out['calls']['openssl']['ioctls_of_the_run']} ioctls, chip commands: "
          + ' '.join(out['openssl_commands']))


class Tap:
    def __init__(self):
        self.n = self.bad = 0

    def ok(self, good, what, detail):
        self.n += 1
        if not good:
            self.bad += 1
            print(f'# {detail}')
        print(f"{'ok' if good else 'not ok'} {self.n} - {what}")


def check(out):
    t = Tap()
    print('TAP version 13')
    for name in ('sign-asleep', 'sign-awake', 'ecdh-asleep', 'ecdh-awake'):
        r = out['operations'][name]
        t.ok(r['over_floor'] <= LIMIT_FLOOR - 1, f'{name}: the time line is at most 5 % over the floor',
             f"{r['timeline_mean_us']:.0f} us, floor {r['floor_us']} us")
    for name, r in out['operations'].items():
        t.ok(r['bytes'] == [r['bytes_floor']], f'{name}: no byte on the bus too many',
             f"{r['bytes']}, {r['bytes_floor']} needed")
        t.ok(not r['polls'], f'{name}: the chip is never asked too early', f"{r['polls']} times not acknowledged")
        due = r['count'] if r['asleep'] else math.ceil(r['span_us'] / (WATCHDOG - MARGIN))
        t.ok(r['wakes'] <= due, f'{name}: woken no more often than needed', f"{r['wakes']} wakes, {due} are enough")
        t.ok(not r['extra_commands'], f'{name}: no command too many', r['extra_commands'])
    for name in ('ioctl', 'lib', 'provider'):
        c = out['calls'][name]['between_marks']
        t.ok(c == {'ioctl': 10}, f'{name}: one system call a signature', f'{c} for 10')
    t.ok(out['openssl_commands'] == ['Nonce', 'Sign'], 'openssl pkeyutl -sign: only what signs is sent to the chip',
         out['openssl_commands'])
    t.ok(out['calls']['openssl']['ioctls_of_the_run'] <= 3, 'openssl pkeyutl -sign: at most three ioctls in all',
         out['calls']['openssl'])
    for state in ('asleep', 'awake'):
        name = 'ratio-' + state
        what = f'ECDH through kpp, chip {state}: at least 1.5 times as fast as atmel-ecc'
        if name in out['kpp']:
            t.ok(out['kpp'][name] >= LIMIT_ECDH, what, out['kpp'])
        else:
            t.n += 1
            print(f'ok {t.n} - {what} # SKIP atmel-ecc is built for 6.1 only')
    print(f'1..{t.n}')
    return t.bad


def main():
    p = argparse.ArgumentParser()
    p.add_argument('folder')
    p.add_argument('--check', action='store_true')
    p.add_argument('--real', action='store_true')
    p.add_argument('--json')
    a = p.parse_args()
    out = Results(a.folder, a.real).out
    if a.json:
        with (sys.stdout if a.json == '-' else open(a.json, 'w', encoding='ascii')) as f:
            json.dump(out, f, indent=1)
            f.write('\n')
        if a.json == '-':
            return 0
    if a.check:
        return 1 if check(out) else 0
    table(out)
    return 0


if __name__ == '__main__':
    sys.exit(main())
