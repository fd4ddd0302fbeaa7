#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The ecc508a authors
# SPDX-License-Identifier: Apache-2.0
"""ecc508a-emu on its socket, its control socket and its command line. ECC508A_EMU names the binary."""
import json
import os
import random
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import xml.dom.minidom

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import habits
from emuclient import (AFTER_WAKE, DELAY, HELLO, NAK_ADDR, NAK_DATA, NOT_SUPPORTED, OK, POWER, READ,
                       WRITE, Nak, Server, SocketBus, check_group, command, tap)

EMU = os.environ["ECC508A_EMU"]
REVISION = {"508a": "00005000", "608a": "00006002", "608b": "00006003"}
ADDR = 0x60


def wake(bus, addr=ADDR):
    bus.speed = 100000
    bus.try_write(0x00, b"\x00")
    bus.sleep(0.002)
    assert bus.read(addr, 4) == AFTER_WAKE


def run(bus, opcode, p1=0, p2=0, data=b"", size=7, addr=ADDR, limit=1.0):
    bus.write(addr, b"\x03" + command(opcode, p1, p2, data))
    group = habits.until_ack(lambda: bus.read(addr, size), bus, 0.001, limit)
    return check_group(group)


def test_hello_comes_first():
    with Server() as s:
        bus = SocketBus(s.path, hello=False)
        assert bus.call(READ, ADDR, 0, 4)[:2] == (NOT_SUPPORTED, 0)
        try:
            bus.call(HELLO, length=1)
            raise AssertionError("the connection should be closed")
        except (EOFError, OSError):
            pass
        bus = SocketBus(s.path, hello=False)
        assert bus.call(HELLO, length=2)[:2] == (NOT_SUPPORTED, 1)  # version 2 is not spoken
        assert bus.call(HELLO, length=1)[:2] == (OK, 1)
        assert bus.call(9, ADDR)[0] == NOT_SUPPORTED
        assert bus.call(POWER, flags=2)[0] == NOT_SUPPORTED
        bus.close()


def test_wake_only_where_sda_is_low_long_enough():
    with Server("--set", "twhi=1500us") as s:
        bus = SocketBus(s.path, virtual=True)
        bus.speed = 400000
        for data in (b"\x01", b"\x00", b"\x00" * 8, b""):
            assert bus.call(WRITE, 0x00, 0, len(data), data)[:2] == (NAK_ADDR, 0)
            bus.sleep(0.002)
            assert bus.call(READ, ADDR, 0, 4)[:2] == (NAK_ADDR, 0), "awake at 400 kHz"
        bus.speed = 100000
        assert bus.call(WRITE, 0x00, 0, 1, b"\x01")[0] == NAK_ADDR
        bus.sleep(0.0001)
        assert bus.call(READ, ADDR, 0, 4)[0] == NAK_ADDR  # tWHI is not over
        bus.sleep(0.0015)
        assert bus.call(READ, ADDR, 0, 4) == (OK, 4, AFTER_WAKE)
        bus.speed = 1000000  # once awake any speed will do
        assert run(bus, 0x30).hex() == REVISION["508a"]
        bus.close()


def test_revision_of_each_part():
    for part, revision in REVISION.items():
        with Server("--part", part) as s:
            bus = SocketBus(s.path, virtual=True)
            wake(bus)
            assert run(bus, 0x30).hex() == revision, part
            bus.close()


def test_presets_and_state_choose_the_part():
    with Server("--preset", "tngtls") as s:
        assert s.ctl(cmd="status")["buses"][0]["chips"][0]["part"].startswith("608")
    with Server("--preset", "aws") as s:
        chip = s.ctl(cmd="status")["buses"][0]["chips"][0]
        assert (chip["part"], chip["addr"], chip["config_locked"]) == ("508a", 0x58, True)
    with tempfile.TemporaryDirectory() as d:
        with Server("--part", "608a", "--state", d + "/state", "--serial", "0123000000000002ee"):
            pass
        with Server("--state", d + "/state") as s:
            chip = s.ctl(cmd="status")["buses"][0]["chips"][0]
            assert (chip["part"], chip["serial"]) == ("608a", "0123000000000002ee")
        r = subprocess.run([EMU, "--socket", d + "/s", "--part", "508a", "--state", d + "/state"], capture_output=True)
        assert r.returncode == 1 and r.stderr
        r = subprocess.run([EMU, "--socket", d + "/s", "--part", "508a", "--preset", "tngtls"], capture_output=True)
        assert r.returncode == 1 and b"--part" in r.stderr, r


def test_certified_by_a_signer():
    with tempfile.TemporaryDirectory() as d:
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-subj", "/CN=signer", "-addext", "keyUsage=critical,keyCertSign", "-keyout", d + "/ca.key", "-out", d + "/ca.pem"], check=True,
                       capture_output=True)
        args = ["--preset", "aws", "--signer-cert", d + "/ca.pem", "--signer-key", d + "/ca.key"]
        with Server(*args, "--device-cert", d + "/dev.pem", "--subject", "a/b=c") as s:
            subprocess.run(["openssl", "verify", "-x509_strict", "-purpose", "sslclient", "-CAfile", d + "/ca.pem",
                            d + "/dev.pem"], check=True, capture_output=True)
            subject = subprocess.run(["openssl", "x509", "-in", d + "/dev.pem", "-noout", "-subject", "-nameopt",
                                      "utf8"], check=True, capture_output=True, text=True).stdout
            assert "a/b=c" in subject, subject
            spki = subprocess.run(["openssl", "x509", "-in", d + "/dev.pem", "-noout", "-pubkey"], check=True,
                                  capture_output=True, text=True).stdout
            der = subprocess.run(["openssl", "pkey", "-pubin", "-outform", "DER"], input=spki.encode(), check=True,
                                 capture_output=True).stdout
            bus = SocketBus(s.path, virtual=True)
            wake(bus, 0x58)
            assert der[-64:] == run(bus, 0x40, 0x00, 0, size=67, addr=0x58)  # the key in slot 0
            bus.close()
        for broken in (["--preset", "blank"] + args[2:], args[:3] + ["/dev/null"] + args[4:],
                       args[:5] + [d + "/ca.pem"]):
            r = subprocess.run([EMU, "--socket", d + "/s", "--device-cert", d + "/no.pem"] + broken,
                               capture_output=True, text=True)
            assert r.returncode == 1 and r.stderr and not os.path.exists(d + "/no.pem"), (broken, r)


def test_reads_past_the_end_are_ff():
    with Server() as s:
        bus = SocketBus(s.path, virtual=True)
        wake(bus)
        bus.write(ADDR, b"\x03" + command(0x30))
        bus.sleep(0.01)
        status, count, data = bus.call(READ, ADDR, 0, 300)
        assert status == OK and count == 300
        assert check_group(data).hex() == REVISION["508a"] and set(data[7:]) == {0xFF}
        assert bus.call(READ, ADDR, 0, 0)[:2] == (OK, 0)
        bus.close()


def test_virtual_time_passes_only_for_delays():
    with Server("--wire-time", "off") as s:
        bus = SocketBus(s.path, virtual=True)
        wake(bus)
        bus.write(ADDR, b"\x03" + command(0x1B))  # Random: milliseconds
        time.sleep(0.1)
        assert bus.call(READ, ADDR, 0, 35)[0] == NAK_ADDR, "wall clock time counted"
        assert bus.call(READ, ADDR, 0, 35, gap=10**6)[0] == NAK_ADDR, "gap_us counted"
        bus.sleep(0.05)
        assert bus.call(READ, ADDR, 0, 35)[0] == OK
        t = time.monotonic()
        bus.sleep(1.0)
        assert bus.call(READ, ADDR, 0, 1)[0] == OK  # 1.05 s after wake
        bus.sleep(0.3)
        assert bus.call(READ, ADDR, 0, 1)[0] == NAK_ADDR  # the watchdog, at 1.3 s
        assert time.monotonic() - t < 0.5
        bus.close()


def test_virtual_time_is_exclusive():
    with Server() as s:
        real = SocketBus(s.path)
        try:
            SocketBus(s.path, virtual=True)
            raise AssertionError("virtual time with a real-time client around")
        except OSError:
            pass
        real.close()
        time.sleep(0.05)
        virtual = SocketBus(s.path, virtual=True)
        virtual.close()
        time.sleep(0.05)
        bus = SocketBus(s.path)  # and real time goes on afterwards
        wake(bus)
        assert run(bus, 0x30).hex() == REVISION["508a"]
        bus.close()


def test_gap_counts_on_a_virtual_bus():
    with Server("--time", "virtual") as s:
        bus = SocketBus(s.path)  # a client that asks for normal time and waits by itself
        bus.call(WRITE, 0x00, 0, 1, b"\x01", gap=0)
        assert bus.call(READ, ADDR, 0, 4, gap=0)[0] == NAK_ADDR
        assert bus.call(READ, ADDR, 0, 4, gap=2000) == (OK, 4, AFTER_WAKE)
        bus.close()


def test_real_time_busy_and_wire_time():
    with Server("--set", "watchdog=20s") as s:
        bus = SocketBus(s.path)
        wake(bus)
        t = time.monotonic()
        status, _, _ = bus.call(READ, ADDR, 0, 100)
        took = time.monotonic() - t
        assert status == OK
        # 101 bytes of nine clocks at 100 kHz, START and STOP
        assert 9090 <= bus.bus_us <= 9200, bus.bus_us
        assert 0.009 < took < 1.0, took
        t = time.monotonic()
        bus.write(ADDR, b"\x03" + command(0x1B))
        group = habits.until_ack(lambda: bus.read(ADDR, 35), bus, 0.001, 1.0)
        took = time.monotonic() - t
        assert len(check_group(group)) == 32
        assert took < 1.0, took
        t = time.monotonic()
        assert bus.call(DELAY, gap=50000)[0] == OK
        assert 0.05 <= time.monotonic() - t < 1.5
        bus.close()
    with Server("--time", "zero", "--wire-time", "off") as s:
        bus = SocketBus(s.path)
        wake(bus)
        bus.write(ADDR, b"\x03" + command(0x1B))
        assert len(check_group(bus.read(ADDR, 35))) == 32
        bus.close()


def test_power_and_reset():
    with Server() as s:
        bus = SocketBus(s.path, virtual=True)
        wake(bus)
        assert bus.call(POWER, flags=0)[0] == OK
        assert bus.call(READ, ADDR, 0, 4)[0] == NAK_ADDR
        bus.try_write(0x00, b"\x00")
        bus.sleep(0.002)
        assert bus.call(READ, ADDR, 0, 4)[0] == NAK_ADDR  # without power nothing wakes it
        assert bus.call(POWER, flags=1)[0] == OK
        bus.sleep(0.0002)  # tPU
        wake(bus)
        assert s.ctl(cmd="reset")["ok"]
        assert bus.call(READ, ADDR, 0, 4)[0] == NAK_ADDR
        # a new connection is no power cycle
        bus.sleep(0.0002)
        wake(bus)
        bus.close()
        bus = SocketBus(s.path, virtual=True)
        assert bus.read(ADDR, 1) == b"\xff"
        bus.close()


def test_data_past_the_count_is_not_acknowledged():
    with Server() as s:
        bus = SocketBus(s.path, virtual=True)
        wake(bus)
        packet = b"\x03" + command(0x30) + b"\xaa\xbb"
        status, count, _ = bus.call(WRITE, ADDR, 0, len(packet), packet)
        assert status == NAK_DATA and count == 8, (status, count)
        bus.close()


def test_repeated_start_keeps_the_bus():
    with Server("--time", "zero", "--wire-time", "off") as s:
        a, b = SocketBus(s.path), SocketBus(s.path)
        wake(a)
        a.write(ADDR, b"\x03" + command(0x30))
        assert a.call(WRITE, ADDR, 1, 1, b"\x00")[0] == OK  # no STOP
        seen = []
        other = threading.Thread(target=lambda: seen.append(b.call(READ, ADDR, 0, 1)))
        other.start()
        time.sleep(0.1)
        assert not seen, "another client got in between"
        assert a.call(READ, ADDR, 0, 3)[0] == OK
        other.join(2)
        assert seen
        # a client that dies in between does not keep it
        assert a.call(WRITE, ADDR, 1, 1, b"\x00")[0] == OK
        a.close()
        assert b.call(READ, ADDR, 0, 1)[0] in (OK, NAK_ADDR)
        b.close()


def test_many_connections():
    with Server("--time", "zero", "--wire-time", "off") as s:
        buses = [SocketBus(s.path) for _ in range(100)]
        wake(buses[0])
        for bus in buses:
            assert run(bus, 0x30).hex() == REVISION["508a"]
        for bus in buses:
            bus.close()
        time.sleep(0.1)
        assert s.ctl(cmd="status")["buses"][0]["clients"] == 0


def test_several_buses_and_chips():
    with tempfile.TemporaryDirectory() as d:
        with Server("--part", "508a", "--serial", "0123000000000001ee", "--add-chip", "--part", "608b", "--addr",
                    "0x35", "--add-bus", "--part", "608a", "--addr", "0x36", "--socket", d + "/two") as s:
            one, two = SocketBus(s.path, virtual=True), SocketBus(d + "/two", virtual=True)
            wake(one)
            assert one.read(0x35, 4) == AFTER_WAKE  # the same pulse woke both
            assert run(one, 0x30).hex() == REVISION["508a"]
            assert run(one, 0x30, addr=0x35).hex() == REVISION["608b"]
            assert two.call(READ, 0x36, 0, 4)[0] == NAK_ADDR
            wake(two, 0x36)
            assert run(two, 0x30, addr=0x36).hex() == REVISION["608a"]
            st = s.ctl(cmd="status")
            assert [len(b["chips"]) for b in st["buses"]] == [2, 1]
            assert st["buses"][0]["chips"][0]["serial"] == "0123000000000001ee"
            assert s.ctl(cmd="power", on=False, chip="0.1")["ok"]
            assert one.call(READ, 0x35, 0, 1)[0] == NAK_ADDR
            assert one.call(READ, ADDR, 0, 1)[0] == OK
            one.close()
            two.close()


def make_habit(habit, virtual):
    def test():
        with Server("--time", "virtual" if virtual else "real") as s:
            bus = SocketBus(s.path, virtual=virtual)
            for _ in range(3):  # the state in which it leaves the chip must suit it, too
                assert habit(bus, ADDR).hex() == REVISION["508a"]
                bus.sleep(1.4)  # past the watchdog
            bus.close()

    test.__name__ = "test_habit_of_%s_in_%s_time" % (habit.__name__, "virtual" if virtual else "real")
    return test


def test_state_survives_kill_9():
    with tempfile.TemporaryDirectory() as d:
        state = d + "/state"
        word = None
        for i in range(20):
            s = Server("--state", state, "--time", "zero", "--wire-time", "off")
            bus = SocketBus(s.path)
            wake(bus)
            serial = run(bus, 0x02, 0x80, 0, size=35)[:4]
            if i:
                assert serial == first
                assert run(bus, 0x02, 0x00, 0x15) == lock, "lock bytes changed"
                assert run(bus, 0x02, 0x00, 0x05) == word, "an answered write is lost"
            first = serial
            lock = run(bus, 0x02, 0x00, 0x15)
            word = bytes([i + 1] * 4)
            # SlotConfig words are writable while the zone is unlocked; killed right after the answer
            assert run(bus, 0x12, 0x00, 0x05, word, size=4) == b"\x00"
            s.stop(signal.SIGKILL)
            s.dir.cleanup()
        # killed at random moments while it writes all the time
        for _ in range(10):
            s = Server("--state", state, "--time", "zero", "--wire-time", "off")
            bus = SocketBus(s.path)
            wake(bus)
            got = run(bus, 0x02, 0x00, 0x05)
            assert len(set(got)) == 1, "half a word: " + got.hex()
            killer = threading.Timer(random.uniform(0.005, 0.05), lambda: s.proc.kill())
            killer.start()
            try:
                for n in range(100000):
                    run(bus, 0x12, 0x00, 0x05, bytes([n & 0xFF] * 4), size=4)
            except (EOFError, OSError, Nak):
                pass
            killer.join()
            s.stop(signal.SIGKILL)
            s.dir.cleanup()


def test_stale_and_foreign_sockets():
    s = Server()
    s.stop(signal.SIGKILL)
    assert os.path.exists(s.path)
    s.start()  # replaces what the killed one left behind
    second = subprocess.run([EMU, "--quiet", "--socket", s.path], capture_output=True, text=True)
    assert second.returncode == 1 and "another server" in second.stderr, second
    bus = SocketBus(s.path, virtual=True)
    wake(bus)
    bus.close()
    assert s.stop() == 0
    assert not os.path.exists(s.path) and not os.path.exists(s.control), "sockets left behind"
    with open(s.path, "w") as f:
        f.write("mine")
    third = subprocess.run([EMU, "--quiet", "--socket", s.path], capture_output=True, text=True)
    assert third.returncode == 1 and open(s.path).read() == "mine", third
    s.dir.cleanup()


def test_daemon_pidfile_and_signals():
    with tempfile.TemporaryDirectory() as d:
        r = subprocess.run([EMU, "--daemon", "--quiet", "--socket", d + "/bus", "--pidfile", d + "/pid",
                            "--trace", d + "/trace"], timeout=10)
        assert r.returncode == 0
        pid = int(open(d + "/pid").read())
        bus = SocketBus(d + "/bus", virtual=True)
        wake(bus)
        bus.close()
        mode = os.stat(d + "/bus").st_mode & 0o777
        assert mode == 0o600, oct(mode)
        assert os.stat(d + "/trace").st_mode & 0o777 == 0o600
        os.kill(pid, signal.SIGTERM)
        end = time.monotonic() + 5
        while os.path.exists(d + "/pid") and time.monotonic() < end:
            time.sleep(0.01)
        assert os.listdir(d) == ["trace"], os.listdir(d)


def test_trace_tells_commands():
    with Server() as s:
        bus = SocketBus(s.path, virtual=True)
        wake(bus)
        run(bus, 0x30)
        bus.write(ADDR, b"\x01")
        cmds = s.events("cmd")
        assert [(c["op"], c["opcode"], c["status"], c["chip"]) for c in cmds] == [("Info", 0x30, 0, 0)], cmds
        assert cmds[0]["exec_us"] > 0
        kinds = [e["ev"] for e in s.events() if e["ev"] != "msg"]
        assert kinds == ["start", "wake", "ready", "cmd", "done", "sleep"], kinds
        msgs = s.events("msg")
        assert msgs[0]["addr"] == 0 and msgs[0]["status"] == "nak-addr" and msgs[0]["dir"] == "w"
        assert msgs[1]["data"] == AFTER_WAKE.hex()
        for form in ("--text", "--vcd", "--svg"):
            out = subprocess.run([EMU, "trace", form, s.trace], capture_output=True, text=True)
            assert out.returncode == 0 and len(out.stdout) > 300, (form, out)
        xml.dom.minidom.parseString(out.stdout)
        bus.close()


def vcd_bytes(text):
    """Decodes I2C from the waveform, edge by edge, knowing nothing but the bus."""
    names, scl, sda, out, bits = {}, 1, 1, [], None
    for line in text.splitlines():
        word = line.split()
        if line.startswith("$var"):
            names[word[3]] = word[4]
        if line[0] in "01" and names.get(line[1:]) == "scl":
            v = int(line[0])
            if v and not scl and bits is not None:
                bits.append(sda)
            scl = v
        if line[0] in "01" and names.get(line[1:]) == "sda":
            v = int(line[0])
            if scl and sda and not v:
                bits = []
                out.append(bits)
            elif scl and not sda and v:
                bits = None
            sda = v
    frames = []
    for f in out:
        n = len(f) // 9
        frames.append([(int("".join(map(str, f[9 * i : 9 * i + 8])), 2), f[9 * i + 8]) for i in range(n)])
    return frames


def test_waveform_decodes_to_what_was_sent():
    with Server() as s:
        bus = SocketBus(s.path, virtual=True)
        wake(bus)
        packet = b"\x03" + command(0x30)
        bus.write(ADDR, packet)
        bus.sleep(0.01)
        rsp = bus.read(ADDR, 7)
        vcd = subprocess.run([EMU, "trace", "--vcd", s.trace], capture_output=True, text=True).stdout
        frames = vcd_bytes(vcd)
        assert frames[0] == [(0x00, 1)], frames[0]  # general call, not acknowledged
        assert [b for b, _ in frames[2]] == [0xC0] + list(packet)
        assert all(ack == 0 for _, ack in frames[2])
        assert [b for b, _ in frames[3]] == [0xC1] + list(rsp)
        assert frames[3][-1][1] == 1  # the master does not acknowledge the last byte
        bus.close()


def test_control_socket_refuses_nonsense():
    with Server() as s:
        for req in (b"\n", b"{}\n", b"[]\n", b"null\n", b'{"cmd":1}\n', b'{"cmd":"fly"}\n', b"\xff\xfe\n",
                    b'{"cmd":"power"}\n', b'{"cmd":"power","on":true,"chip":"9.9"}\n',
                    b'{"cmd":"power","on":true,"chip":7}\n', b'{"cmd":"power","on":true,"chip":"0.0x"}\n',
                    b'{"cmd":"save"}\n', b'{"cmd":"save","file":"/nonexistent/x"}\n',
                    b'{"cmd":"load","file":"/dev/null"}\n', b'{"cmd":"faults","script":"fly away"}\n',
                    b'{"cmd":"speed","hz":-1}\n', b'{"cmd":"speed","hz":1e99}\n', b'{"cmd":"status","bus":1e9}\n'
                    b'{"cmd":"set","value":"twlo"}\n', b'{"cmd":"set","value":"twlo=-1us"}\n',
                    b'{"cmd":"quirk","value":"x=1"}\n', b'{"cmd":"sda-low","us":"x"}\n'):
            with socket.socket(socket.AF_UNIX) as c:
                c.settimeout(5)
                c.connect(s.control)
                c.sendall(req)
                lines = [json.loads(c.makefile().readline())] if req.count(b"\n") == 1 else []
                for answer in lines:
                    assert answer["ok"] is False and answer["error"], (req, answer)
        with socket.socket(socket.AF_UNIX) as c:
            c.settimeout(5)
            c.connect(s.control)
            try:
                c.sendall(b"x" * 200000)
                assert c.recv(10) == b""  # cut off, not buffered for ever
            except OSError:
                pass
        assert s.ctl(cmd="status")["ok"]
        ctl = [EMU, "ctl", s.control]
        assert subprocess.run(ctl + ["status"], capture_output=True).returncode == 0
        assert subprocess.run(ctl + ["fly"], capture_output=True).returncode == 2
        assert subprocess.run(ctl + ["--chip", "4.4", "reset"], capture_output=True).returncode == 1
        assert subprocess.run([EMU, "ctl", "/nonexistent", "status"], capture_output=True).returncode == 3


def test_save_load_and_faults_by_control():
    with Server("--part", "508a", "--time", "zero", "--wire-time", "off") as s:
        bus = SocketBus(s.path)
        wake(bus)
        assert run(bus, 0x12, 0x00, 0x05, b"\x5a\xa5\x5a\xa5", size=4) == b"\x00"
        copy = s.dir.name + "/copy"
        assert s.ctl(cmd="save", file=copy)["ok"]
        assert run(bus, 0x12, 0x00, 0x05, b"\x00\x00\x00\x00", size=4) == b"\x00"
        assert s.ctl(cmd="load", file=copy)["ok"]
        time.sleep(0.001)
        wake(bus)  # it was a power cycle
        assert run(bus, 0x02, 0x00, 0x05) == b"\x5a\xa5\x5a\xa5"
        assert s.ctl(cmd="faults", script="nak-addr dir=read nth=1 times=2")["ok"]
        naks = 0
        for _ in range(10):
            try:
                bus.read(ADDR, 1)
            except Nak:
                naks += 1
        assert naks == 2, naks
        assert s.ctl(cmd="faults", clear=True)["struck"] == 2
        assert len(s.events("fault")) == 2
        bus.close()


def test_garbage_on_the_socket():
    rng = random.Random(508)
    with Server("--time", "zero", "--wire-time", "off") as s:
        for round_no in range(300):
            with socket.socket(socket.AF_UNIX) as c:
                c.settimeout(0.2)
                c.connect(s.path)
                try:
                    if rng.random() < 0.7:
                        c.sendall(struct.pack("<BBBBIII", 0x49, HELLO, 0, 0, 0, 1, 0))
                    for _ in range(rng.randrange(6)):
                        op = rng.choice([0, 1, 1, 2, 2, 4, 5, 255])
                        length = rng.choice([0, 1, 4, 200, 65536, 65537, 0xFFFFFFFF, rng.randrange(1 << 32)])
                        head = struct.pack("<BBBBIII", rng.choice([0x49] * 20 + [0x48]), op, rng.randrange(256),
                                           rng.randrange(256), rng.choice([0, 1, 100000, 400000, 0xFFFFFFFF]),
                                           length, rng.randrange(1 << 32))
                        if op == 0:
                            head = head[:3] + bytes([0]) + head[4:]
                        c.sendall(head + rng.randbytes(min(length, rng.choice([0, 10, 70000]))))
                    if rng.random() < 0.3:
                        c.sendall(rng.randbytes(rng.randrange(100)))
                    if rng.random() < 0.5:
                        c.recv(1 << 16)
                except OSError:
                    pass
        assert s.ctl(cmd="power", on=True)["ok"]
        assert s.ctl(cmd="reset")["ok"]
        time.sleep(0.1)
        assert s.ctl(cmd="status")["buses"][0]["clients"] == 0
        bus = SocketBus(s.path)
        wake(bus)
        assert run(bus, 0x30).hex() == REVISION["508a"]
        # a client that never reads its answers harms only itself
        lazy = SocketBus(s.path)
        req = struct.pack("<BBBBIII", 0x49, READ, ADDR, 0, 100000, 65536, 0)
        lazy.sock.setblocking(False)
        try:
            for _ in range(10000):
                lazy.sock.send(req)
        except BlockingIOError:
            pass
        assert run(bus, 0x30).hex() == REVISION["508a"]
        lazy.close()
        bus.close()
        assert s.stop() == 0


def test_command_line_refuses_nonsense():
    for args in (["--socket"], ["--part", "999"], [], ["--socket", "/tmp/x", "--addr", "0xc0"],
                 ["--socket", "/tmp/x", "--serial", "01"], ["--socket", "/tmp/x", "--speed", "fast"],
                 ["--socket", "/tmp/x", "--time", "soon"], ["--socket", "/tmp/x", "--signer-cert", "x"],
                 ["--bus", "--time", "virtual"], ["--socket", "/tmp/x", "extra"], ["--list", "all"],
                 ["--socket", "/tmp/x", "--socket-mode", "9"], ["--socket", "/tmp/x", "--wire-time", "maybe"]):
        r = subprocess.run([EMU] + args, capture_output=True, text=True, timeout=10)
        assert r.returncode == 2 and r.stderr, (args, r)
    for args in (["--preset", "fly"], ["--set", "twlo"], ["--quirk", "no-such=1"], ["--faults", "/nonexistent"],
                 ["--state", "/nonexistent/state"], ["--socket", "/nonexistent/socket"]):
        r = subprocess.run([EMU, "--socket", "/tmp/ecc508a-emu-never"] + args, capture_output=True, text=True,
                           timeout=10)
        assert r.returncode == 1 and r.stderr, (args, r)
        assert not os.path.exists("/tmp/ecc508a-emu-never")
    for args in (["--help"], ["--version"], ["--list", "presets"], ["--list", "parts"], ["--list", "quirks"],
                 ["--list", "sets"], ["ctl", "--help"], ["trace", "--help"]):
        r = subprocess.run([EMU] + args, capture_output=True, text=True, timeout=10)
        assert r.returncode == 0 and r.stdout, (args, r)


TESTS = [v for k, v in list(globals().items()) if k.startswith("test_")]
TESTS += [make_habit(h, v) for h in habits.ALL for v in (True,)]
TESTS += [make_habit(h, False) for h in (habits.cryptoauthlib, habits.mainline)]

if __name__ == "__main__":
    sys.exit(tap(TESTS))
