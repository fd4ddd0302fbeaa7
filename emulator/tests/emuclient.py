# SPDX-FileCopyrightText: 2026 The ecc508a authors
# SPDX-License-Identifier: Apache-2.0
"""An independent client of the emulator: the socket protocol, /dev/i2c-N, and the chip's packets.

Only the standard library, and nothing shared with the C sources: what the two agree on is what
Documentation/emulator-server.rst says.
"""
import ctypes
import fcntl
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

HELLO, WRITE, READ, DELAY, POWER = range(5)
OK, NAK_ADDR, NAK_DATA, BUS_ERROR, NOT_SUPPORTED = range(5)
AFTER_WAKE = bytes.fromhex("04113343")


def crc16(data):
    """Polynomial 0x8005, bits LSB first into a register that shifts left, low byte first."""
    reg = 0
    for byte in data:
        for bit in range(8):
            top = (reg >> 15) & 1
            reg = (reg << 1) & 0xFFFF
            if top ^ ((byte >> bit) & 1):
                reg ^= 0x8005
    return struct.pack("<H", reg)


def command(opcode, p1=0, p2=0, data=b""):
    body = bytes([7 + len(data), opcode, p1]) + struct.pack("<H", p2) + data
    return body + crc16(body)


def check_group(group):
    """The payload of a response group, or an exception."""
    n = group[0]
    assert 4 <= n <= len(group), "count %d of %s" % (n, group.hex())
    assert crc16(group[: n - 2]) == group[n - 2 : n], "CRC of " + group.hex()
    return group[1 : n - 2]


class Nak(Exception):
    pass


class SocketBus:
    """I2C over a UNIX stream socket, version 1."""

    def __init__(self, path, virtual=False, hello=True):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(10)
        self.sock.connect(path)
        self.virtual = virtual
        self.speed = 100000
        self.last = time.monotonic()
        self.bus_us = 0
        if hello:
            status, count, _ = self.call(HELLO, flags=int(virtual), length=1)
            if status:
                raise OSError("HELLO refused with %d" % status)
            assert count == 1

    def close(self):
        self.sock.close()

    def raw(self, data):
        self.sock.sendall(data)

    def take(self, n):
        data = b""
        while len(data) < n:
            more = self.sock.recv(n - len(data))
            if not more:
                raise EOFError
            data += more
        return data

    def call(self, op, addr=0, flags=0, length=0, data=b"", gap=None):
        if gap is None:
            gap = min(int((time.monotonic() - self.last) * 1e6), 0xFFFFFFFF)
        self.raw(struct.pack("<BBBBIII", 0x49, op, addr, flags, self.speed, length, gap) + data)
        magic, status, zero, count, self.bus_us = struct.unpack("<BBHII", self.take(12))
        assert magic == 0x69 and zero == 0, (magic, zero)
        payload = self.take(count) if op == READ else b""
        self.last = time.monotonic()
        return status, count, payload

    # what every bus of this module offers
    def try_write(self, addr, data, stop=True):
        return self.call(WRITE, addr, 0 if stop else 1, len(data), data)[0] == OK

    def write(self, addr, data, stop=True):
        if not self.try_write(addr, data, stop):
            raise Nak

    def read(self, addr, n):
        status, _, data = self.call(READ, addr, 0, n)
        if status:
            raise Nak
        return data

    def write_read(self, addr, data, n):
        self.write(addr, data, stop=False)
        return self.read(addr, n)

    def wake_zeros(self, addr, data):
        self.try_write(addr, data)

    def sleep(self, seconds):
        if self.virtual:
            assert self.call(DELAY, gap=int(seconds * 1e6))[0] == OK
        else:
            time.sleep(seconds)


class KernelBus:
    """The same through /dev/i2c-N."""

    I2C_M_RD, I2C_M_IGNORE_NAK, I2C_RDWR = 0x0001, 0x1000, 0x0707

    def __init__(self, nr):
        self.fd = os.open("/dev/i2c-%d" % nr, os.O_RDWR)

    def close(self):
        os.close(self.fd)

    def xfer(self, *msgs):
        bufs = [ctypes.create_string_buffer(d if isinstance(d, bytes) else d, len(d) if isinstance(d, bytes) else d)
                for _, _, d in msgs]
        table = ctypes.create_string_buffer(
            b"".join(struct.pack("@HHH2xQ", a, f, len(b), ctypes.addressof(b)) for (a, f, _), b in zip(msgs, bufs)))
        arg = struct.pack("@QI4x", ctypes.addressof(table), len(msgs))
        fcntl.ioctl(self.fd, self.I2C_RDWR, arg)
        return [bytes(b) for b in bufs]

    def try_write(self, addr, data, stop=True):
        try:
            self.xfer((addr, 0, data))
        except OSError:
            return False
        return True

    def write(self, addr, data):
        if not self.try_write(addr, data):
            raise Nak

    def read(self, addr, n):
        try:
            return self.xfer((addr, self.I2C_M_RD, n))[0]
        except OSError as e:
            raise Nak from e

    def write_read(self, addr, data, n):
        try:
            return self.xfer((addr, 0, data), (addr, self.I2C_M_RD, n))[1]
        except OSError as e:
            raise Nak from e

    def wake_zeros(self, addr, data):
        """As the mainline driver does: NAKs are ignored."""
        self.xfer((addr, self.I2C_M_IGNORE_NAK, data))

    def sleep(self, seconds):
        time.sleep(seconds)


class Server:
    """One ecc508a-emu; a context manager."""

    def __init__(self, *args, emu=None, socket_bus=True):
        self.dir = tempfile.TemporaryDirectory(prefix="ecc508a-emu.")
        self.path = self.dir.name + "/bus"
        self.control = self.dir.name + "/control"
        self.trace = self.dir.name + "/trace"
        self.emu = emu or os.environ["ECC508A_EMU"]
        self.args = [self.emu, "--quiet", "--control", self.control, "--trace", self.trace]
        if socket_bus:
            self.args += ["--socket", self.path]
        self.args += args
        self.start()

    def start(self):
        r, w = os.pipe()
        self.proc = subprocess.Popen(self.args + ["--ready-fd", str(w)], pass_fds=[w], stdout=subprocess.PIPE)
        os.close(w)
        with os.fdopen(r) as f:
            text = f.read()
        if not text.endswith("ready\n"):
            raise RuntimeError("the emulator did not start: " + str(self.proc.wait()))
        self.adapters = [int(line[4:]) for line in text.split() if line.startswith("i2c-")]

    def stop(self, sig=signal.SIGTERM):
        if self.proc.poll() is None:
            self.proc.send_signal(sig)
        self.proc.stdout.close()
        return self.proc.wait(10)

    def ctl(self, **request):
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(10)
            s.connect(self.control)
            s.sendall(json.dumps(request).encode() + b"\n")
            with s.makefile() as f:
                return json.loads(f.readline())

    def events(self, kind=None):
        with open(self.trace) as f:
            return [e for e in map(json.loads, f) if kind in (None, e["ev"])]

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.stop()
        self.dir.cleanup()


def tap(tests):
    """Runs functions, prints TAP, returns an exit status."""
    print("TAP version 13\n1..%d" % len(tests))
    failed = 0
    only = sys.argv[1:]
    for i, test in enumerate(tests, 1):
        name = test.__name__.replace("test_", "", 1).replace("_", " ")
        if only and test.__name__ not in only:
            print("ok %d - %s # SKIP not asked for" % (i, name))
            continue
        t = time.monotonic()
        try:
            test()
            print("ok %d - %s (%.0f ms)" % (i, name, (time.monotonic() - t) * 1000), flush=True)
        except Exception as e:  # every kind of failure is a "not ok"
            import traceback

            failed += 1
            print("not ok %d - %s" % (i, name))
            for line in traceback.format_exc().splitlines():
                print("# " + line)
            sys.stdout.flush()
    return 1 if failed else 0
