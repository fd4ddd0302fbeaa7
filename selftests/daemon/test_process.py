# SPDX-FileCopyrightText: 2026 The ecc508a authors
# SPDX-License-Identifier: Apache-2.0
"""The daemon as a process: start, stop, systemd, configuration mistakes, hostile neighbours."""
import os
import random
import signal
import socket
import stat
import subprocess
import time

import bench


def test_sigterm(b):
    b.connect()
    assert stat.S_IMODE(os.stat(b.socket).st_mode) == 0o660
    assert stat.S_IMODE(os.stat(b.state_dir).st_mode) == 0o700
    b.stop(signal.SIGTERM)
    assert not os.path.exists(b.socket)
    b.until(lambda: b.cloud.log("disconnect"))
    assert b.cloud.last("disconnect")["reason"] == "CLIENT_INITIATED_DISCONNECT", b.cloud.last("disconnect")


def test_sigterm_in_every_state(b):
    """Quick and clean, whatever it is waiting for."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(5)
    for options in ({"server_port": listener.getsockname()[1]}, {"server_port": 1}, {"server_host": "broker.invalid"},
                    {"identity_certificate": "/nonexistent"}):
        b.config(**options)
        b.start()
        time.sleep(0.3)
        before = time.monotonic()
        b.stop()
        assert time.monotonic() - before < 30
        assert not os.path.exists(b.socket)
    listener.close()


def test_configuration_mistakes(b):
    for line, text, word in ((3, "[server]\nhost = a\nprot = 8883\n", "unknown key prot"),
                             (2, "[server]\nhost\n", "neither"),
                             (1, "[sevrer]\n", "unknown section [sevrer]"),
                             (4, "[server]\n; a comment\n\nport = many\n", "port must be a number")):
        with open(b.config_file, "w") as f:
            f.write(text)
        status, said = b.refuses_to_start()
        assert status == 78, status
        assert "%s:%d: " % (b.config_file, line) in said and word in said, said
    b.config_file = "/nonexistent/ecc508ad.conf"
    status, said = b.refuses_to_start()
    assert status == 78 and "/nonexistent/ecc508ad.conf: No such file" in said, said


def test_two_daemons(b):
    b.start()
    status, said = Second(b).refuses_to_start()
    assert status == 1 and "another ecc508ad (pid %d)" % b.process.pid in said, said
    # Another state directory, the same socket
    b.config(daemon_state_dir=b.state_dir + "2")
    status, said = Second(b).refuses_to_start()
    assert status == 1 and "another program answers on " + b.socket in said, said
    assert b.listening()


class Second:
    """Another daemon with the same configuration file."""

    def __init__(self, b):
        self.command = (bench.DAEMON, "-c", b.config_file, "-f")
        self.environment = b.environment

    def refuses_to_start(self):
        done = subprocess.run(self.command, stderr=subprocess.PIPE, text=True, timeout=60, env=self.environment)
        return done.returncode, done.stderr


def test_stale_socket(b):
    b.start()
    b.stop(signal.SIGKILL, -signal.SIGKILL)
    assert os.path.exists(b.socket)
    b.start()
    assert "left by a daemon that was killed" in b.log()
    b.stop()
    with open(b.socket, "w") as f:
        f.write("precious")
    status, said = b.refuses_to_start()
    assert status == 1 and "is not a socket" in said, said
    with open(b.socket) as f:
        assert f.read() == "precious"
    os.unlink(b.socket)


def test_state_directory_not_writable(b):
    b.config(daemon_state_dir="/proc/ecc508ad")
    status, said = b.refuses_to_start()
    assert status == 1 and "/proc/ecc508ad" in said, said


def test_garbage_on_the_socket(b):
    b.connect()
    rng = random.Random(7)
    for i in range(300):
        sock = socket.socket(socket.AF_UNIX)
        sock.connect(b.socket)
        data = bytes(rng.randrange(256) for _ in range(rng.randrange(2000)))
        if i % 3 == 0:
            data = b"PUB 1 %d dev/up\n" % rng.randrange(200000) + data
        elif i % 3 == 1:
            data = b"SUB " + data
        try:
            sock.sendall(data)
            if i % 5 == 0:
                sock.shutdown(socket.SHUT_WR)
                while sock.recv(65536):
                    pass
        except OSError:
            pass
        sock.close()
    b.until(lambda: b.status()["counters"]["clients"] == 1)
    assert b.status()["state"] == "connected"
    b.tool("pub", "-m", "still there", "dev/up")


def test_peer_is_logged(b):
    b.start()
    link = b.link()
    assert link.hello.startswith("ecc508ad 1 ")
    link.publish("dev/up", "x")
    assert "is pid %d, uid %d, gid %d" % (os.getpid(), os.getuid(), os.getgid()) in b.log()


class Supervisor:
    """systemd's end of sd_notify(3)."""

    def __init__(self, path):
        self.path, self.seen = path, []
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.sock.bind(path)
        self.sock.setblocking(False)

    def words(self):
        try:
            while True:
                self.seen += self.sock.recv(4096).decode().split("\n")
        except BlockingIOError:
            return self.seen


def test_systemd(b):
    """READY when local programs are served, not when the cloud is; STATUS, WATCHDOG and STOPPING."""
    supervisor = Supervisor(os.path.join(b.folder, "notify"))
    b.start(NOTIFY_SOCKET=supervisor.path, WATCHDOG_USEC="400000")
    b.until(lambda: "READY=1" in supervisor.words())
    b.until(lambda: any(word.startswith("STATUS=broker unreachable") for word in supervisor.words()))
    b.until(lambda: supervisor.words().count("WATCHDOG=1") >= 4)
    b.stop()
    assert "STOPPING=1" in supervisor.words()


def test_watchdog_while_the_server_is_silent(b):
    """A connection attempt that hangs is no reason to be killed."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(5)
    supervisor = Supervisor(os.path.join(b.folder, "notify"))
    b.config(server_port=listener.getsockname()[1], mqtt_connect_timeout=30)
    b.start(NOTIFY_SOCKET=supervisor.path, WATCHDOG_USEC="200000")
    b.state("connecting")
    before = supervisor.words().count("WATCHDOG=1")
    b.until(lambda: supervisor.words().count("WATCHDOG=1") >= before + 5)
    listener.close()


def test_journal(b):
    """With standard error in the journal each line begins with its priority."""
    with open(b.log_file, "a"):
        st = os.stat(b.log_file)
    b.start(JOURNAL_STREAM="%d:%d" % (st.st_dev, st.st_ino))
    b.state("broker unreachable")
    b.stop()
    for line in b.log().splitlines():
        assert line.startswith("<") and line[2] == ">" and line[1] in "34567", line
    assert "<4>broker unreachable" in b.log()


def test_background(b):
    """Without a supervisor: returns when the socket is there; the exit status tells if not."""
    done = subprocess.run((bench.DAEMON, "-c", b.config_file), timeout=60, env=b.environment)
    assert done.returncode == 0
    pid = b.status()["pid"]
    again = subprocess.run((bench.DAEMON, "-c", b.config_file), timeout=60, env=b.environment, stderr=subprocess.PIPE,
                           text=True)
    assert again.returncode == 1 and "another ecc508ad" in again.stderr, again.stderr
    os.kill(pid, signal.SIGTERM)
    b.until(lambda: not os.path.exists(b.socket))


def test_no_secret_on_disk(b):
    """The state directory has messages, a time and a lock: no key, and nothing for others to read."""
    b.connect()
    b.tool("pub", "-m", "x", "dev/up")
    for folder, _, files in os.walk(b.state_dir):
        for name in files:
            path = os.path.join(folder, name)
            assert stat.S_IMODE(os.stat(path).st_mode) == 0o600, path
            with open(path, "rb") as f:
                assert b"PRIVATE" not in f.read()


def test_clock_floor(b):
    """The last good time is kept, and a clock before it is said to be wrong."""
    b.connect()
    path = os.path.join(b.state_dir, "clock")
    b.until(lambda: os.path.exists(path))
    with open(path) as f:
        assert abs(int(f.read()) - time.time()) < 60
    b.stop()
    with open(path, "w") as f:
        f.write("%d\n" % (time.time() + 86400 * 30))
    b.start()
    assert "the clock is before the last good time" in b.log()
    b.state("connected")
