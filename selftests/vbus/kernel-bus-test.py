#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The ecc508a authors
# SPDX-License-Identifier: Apache-2.0
"""ecc508a-emu on a kernel bus, seen through /dev/i2c-N with i2c-tools and a client of its own. In the VM."""
import errno
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.environ["ECC508A_TOP"] + "/emulator/tests")
import habits
from emuclient import AFTER_WAKE, KernelBus, Nak, Server, SocketBus, check_group, command, tap

ADDR = 0x60
REVISION = "00005000"


def kernel(*args):
    return Server("--bus", *args, socket_bus=False)


def tool(*args):
    return subprocess.run([str(a) for a in args], capture_output=True, text=True, timeout=60)


def wake(bus, addr=ADDR):
    bus.try_write(0x00, b"\x00")
    bus.sleep(0.002)
    assert bus.read(addr, 4) == AFTER_WAKE


def gone(nr):
    end = time.monotonic() + 5
    while os.path.exists("/sys/bus/i2c/devices/i2c-%d" % nr):
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


def test_i2cdetect_finds_the_chip():
    with kernel() as s:
        out = tool("i2cdetect", "-y", s.adapters[0]).stdout
        # Low addresses wake it, so it is there when its own one is tried.
        found = [w for line in out.splitlines()[1:] for w in line.split()[1:] if re.fullmatch("[0-9a-f]{2}", w)]
        assert found == ["60"], out
        assert "ecc508a-emu bus 0" in tool("i2cdetect", "-l").stdout


def test_i2ctransfer_reads_the_revision():
    with kernel("--set", "watchdog=20s") as s:
        nr = s.adapters[0]
        assert tool("i2ctransfer", "-y", "-a", nr, "w1@0x00", "0x00").returncode  # a wake pulse is not acknowledged
        time.sleep(0.002)
        assert tool("i2ctransfer", "-y", nr, "r4@0x60").stdout.split() == ["0x04", "0x11", "0x33", "0x43"]
        packet = ["0x%02x" % b for b in b"\x03" + command(0x30)]
        assert tool("i2ctransfer", "-y", nr, "w8@0x60", *packet).returncode == 0
        out = tool("i2ctransfer", "-y", nr, "r7@0x60").stdout.split()
        assert check_group(bytes(int(b, 16) for b in out)).hex() == REVISION, out
        # combined: rewind and read again with a repeated START
        out = tool("i2ctransfer", "-y", nr, "w1@0x60", "0x00", "r7@0x60").stdout.split()
        assert check_group(bytes(int(b, 16) for b in out)).hex() == REVISION, out


def test_speed_decides_about_waking():
    with kernel("--speed", "400k") as s:
        bus = KernelBus(s.adapters[0])
        for data in (b"\x00", b"", b"\x00" * 8):
            assert not bus.try_write(0x00, data)
            bus.sleep(0.002)
            assert not bus.try_write(ADDR, b"\x00"), "awake at 400 kHz"
        assert s.ctl(cmd="speed", hz=100000)["ok"]
        wake(bus)
        assert s.ctl(cmd="speed", hz=1000000)["ok"]
        bus.write(ADDR, b"\x03" + command(0x30))
        assert check_group(habits.until_ack(lambda: bus.read(ADDR, 7), bus, 0.001, 1)).hex() == REVISION
        # another way to hold SDA low
        bus.write(ADDR, b"\x01")
        assert not bus.try_write(ADDR, b"\x00")
        assert s.ctl(cmd="sda-low", us=100)["ok"]
        bus.sleep(0.002)
        assert bus.read(ADDR, 4) == AFTER_WAKE
        bus.close()


def test_ignore_nak():
    with kernel() as s:
        bus = KernelBus(s.adapters[0])
        bus.wake_zeros(ADDR, b"\x00")  # raises if the NAK is not ignored
        bus.sleep(0.002)
        assert bus.read(ADDR, 4) == AFTER_WAKE
        bus.close()
    with kernel("--no-mangling") as s:
        bus = KernelBus(s.adapters[0])
        try:
            bus.wake_zeros(ADDR, b"\x00")
            raise AssertionError("an adapter without protocol mangling ignored a NAK")
        except OSError as e:
            assert e.errno == errno.ENXIO, e
        bus.close()


def test_wire_time_is_kept():
    with kernel() as s:
        bus = KernelBus(s.adapters[0])
        wake(bus)
        t = time.monotonic()
        for _ in range(10):
            bus.read(ADDR, 100)
        took = time.monotonic() - t
        assert took >= 10 * 101 * 9 / 100000, took
        bus.close()


def make_habit(habit):
    def test():
        with kernel() as s:
            bus = KernelBus(s.adapters[0])
            for _ in range(2):
                for attempt in range(3):  # the VM may be slow against fixed waits
                    try:
                        assert habit(bus, ADDR).hex() == REVISION
                        break
                    except Nak:
                        if attempt == 2:
                            raise
                        bus.sleep(1.5)
                bus.sleep(1.4)
            bus.close()

    test.__name__ = "test_habit_of_" + habit.__name__
    return test


def test_kernel_bus_and_socket_share_a_chip():
    with Server("--bus", "--set", "watchdog=20s") as s:
        bus, sock = KernelBus(s.adapters[0]), SocketBus(s.path)
        try:
            SocketBus(s.path, virtual=True)
            raise AssertionError("virtual time with the kernel on the bus")
        except OSError:
            pass
        wake(bus)
        sock.write(ADDR, b"\x03" + command(0x30))
        assert check_group(habits.until_ack(lambda: bus.read(ADDR, 7), bus, 0.001, 1)).hex() == REVISION
        bus.close()
        sock.close()


def test_server_killed_during_a_transfer():
    for _ in range(5):
        s = kernel("--speed", "1k", "--bus-timeout", "30000")
        bus = KernelBus(s.adapters[0])
        seen = []

        def transfer():
            try:
                # 2 s on the wire
                bus.xfer((0x11, KernelBus.I2C_M_IGNORE_NAK, b"\x00" * 200))
                seen.append(0)
            except OSError as e:
                seen.append(e.errno)

        t = threading.Thread(target=transfer)
        t.start()
        time.sleep(0.2)
        killed = time.monotonic()
        s.stop(signal.SIGKILL)
        t.join(10)
        assert seen == [errno.ENODEV], seen
        assert time.monotonic() - killed < 2
        try:
            bus.read(ADDR, 1)
            raise AssertionError("a dead bus answers")
        except Nak:
            pass
        assert gone(s.adapters[0])
        bus.close()  # held open until here
        s.dir.cleanup()


def test_module_stays_while_it_is_used():
    with kernel() as s:
        assert tool("rmmod", "i2c-vbus").returncode
        bus = KernelBus(s.adapters[0])
        s.stop()
        assert tool("rmmod", "i2c-vbus").returncode  # a client still has the bus open
        bus.close()
        end = time.monotonic() + 5
        while tool("rmmod", "i2c-vbus").returncode:
            assert time.monotonic() < end
            time.sleep(0.05)
    assert tool("insmod", os.environ["ECC508A_MODULES"] + "/i2c-vbus.ko").returncode == 0


def test_servers_come_and_go():
    for i in range(12):
        s = kernel()
        if i % 3 == 0:
            bus = KernelBus(s.adapters[0])
            bus.try_write(0x00, b"")
            bus.close()
        s.stop(signal.SIGKILL if i % 2 else signal.SIGTERM)
        assert gone(s.adapters[0])
        s.dir.cleanup()


def test_several_kernel_buses():
    with kernel("--add-bus", "--bus", "--part", "608a", "--speed", "400k", "--add-bus", "--bus", "--part", "608b",
                "--no-speed-property") as s:
        assert len(set(s.adapters)) == 3
        bus = KernelBus(s.adapters[2])
        wake(bus)
        bus.write(ADDR, b"\x03" + command(0x30))
        assert check_group(habits.until_ack(lambda: bus.read(ADDR, 7), bus, 0.001, 1)).hex() == "00006003"
        bus.close()


def test_nothing_wild_reaches_the_server():
    with kernel("--speed", "1M", "--wire-time", "off") as s:
        bus = KernelBus(s.adapters[0])
        rng = random.Random(1)
        for _ in range(400):
            msgs = []
            for _ in range(rng.randrange(1, 6)):
                rd = rng.random() < 0.4
                n = rng.choice([0, 1, 2, 7, 35, 155, 156, 4096, 8192])
                flags = rng.choice([0, 0, 0, 0x1000, 0x2000, 0x0800, 0x4000, 0x8000, 0xFC00]) | (1 if rd else 0)
                msgs.append((rng.choice([0, ADDR, ADDR, 0x7F, 0x80, 0x3FF]), flags, n if rd else rng.randbytes(n)))
            try:
                bus.xfer(*msgs)
            except OSError as e:
                assert e.errno in (errno.ENXIO, errno.EIO, errno.EOPNOTSUPP, errno.EINVAL, errno.ETIMEDOUT), e
        assert s.ctl(cmd="reset")["ok"]
        assert s.ctl(cmd="speed", hz=100000)["ok"]
        time.sleep(0.001)
        wake(bus)
        bus.close()


TESTS = [v for k, v in list(globals().items()) if k.startswith("test_")] + [make_habit(h) for h in habits.ALL]

if __name__ == "__main__":
    sys.exit(tap(TESTS))
