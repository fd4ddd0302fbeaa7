# SPDX-FileCopyrightText: 2026 The ecc508a authors
# SPDX-License-Identifier: Apache-2.0
"""What the tests of the daemon share: a broker, a configuration, the daemon, and programs that talk to it."""
import json
import os
import signal
import socket
import subprocess
import time

import rig

BUILD = rig.BUILD
DAEMON = os.environ.get("ECC508AD", os.path.join(BUILD, "daemon/ecc508ad"))
TOOL = os.path.join(BUILD, "tools/ecc508a")
EMULATOR = os.path.join(BUILD, "emulator/ecc508a-emu")


def pki(folder):
    made = rig.Pki(folder)
    made.device("dev")
    made.ca("stranger", "root", "/O=Test/CN=Not registered")
    made.device("foreign", issuer="stranger")
    return made


class Link:
    """The control socket, spoken by hand."""

    def __init__(self, path):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(60)
        self.sock.connect(path)
        self.file = self.sock.makefile("rwb")
        self.hello = self.line()

    def send(self, data):
        self.file.write(data if isinstance(data, bytes) else data.encode())
        self.file.flush()

    def line(self):
        return self.file.readline().decode("utf-8", "replace").rstrip("\n")

    def ask(self, line, payload=b""):
        self.send(line.encode() + b"\n" + payload)
        return self.line()

    def publish(self, topic, payload, qos=1):
        if isinstance(payload, str):
            payload = payload.encode()
        return self.ask("PUB %d %d %s" % (qos, len(payload), topic), payload)

    def message(self):
        """(topic, payload) of the next MSG."""
        kind, _, length, topic = self.line().split(" ", 3)
        assert kind == "MSG", kind
        return topic, self.file.read(int(length))

    def close(self):
        self.file.close()
        self.sock.close()


class Bench:
    def __init__(self, folder, pki_):
        self.folder, self.pki = folder, pki_
        self.cloud = rig.Cloud(os.path.join(folder, "cloud"), pki_)
        self.socket = os.path.join(folder, "run/control")
        self.state_dir = os.path.join(folder, "state")
        self.config_file = os.path.join(folder, "ecc508ad.conf")
        self.log_file = os.path.join(folder, "ecc508ad.log")
        self.process = self.emulator = None
        self.environment = dict(os.environ, ECC508AD_SOCKET=self.socket)
        for name in ("NOTIFY_SOCKET", "WATCHDOG_USEC", "ECC508A_DEVICE"):
            self.environment.pop(name, None)
        # The broker makes its certificates when it first serves.
        self.cloud.start()
        self.cloud.stop()
        self.config()

    # configuration

    def config(self, name="dev", **more):
        """Write the configuration; keyword section_key="value" sets or (None) removes one."""
        values = {
            "server": {"host": "localhost", "port": self.cloud.port, "ca_file": self.cloud.server_ca()},
            "identity": {"key": self.pki.path(name + ".key"), "certificate": self.pki.path(name + "-chain.pem")},
            "mqtt": {"retry_max": 2},
            "control": {"socket": self.socket},
            "spool": {},
            "daemon": {"state_dir": self.state_dir, "log_level": "debug"},
        }
        for key, value in more.items():
            section, key = key.split("_", 1)
            values[section][key] = value
        with open(self.config_file, "w") as f:
            for section, keys in values.items():
                f.write("[%s]\n" % section)
                for key, value in keys.items():
                    if value is not None:
                        f.write("%s = %s\n" % (key, value))

    def check(self, status=1):
        """What --check-config says."""
        done = subprocess.run((DAEMON, "-c", self.config_file, "--check-config"), stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, timeout=60, env=self.environment)
        assert done.returncode == status, "status %d, not %d: %s" % (done.returncode, status, done.stderr)
        return done.stderr if status else done.stdout

    # the daemon

    def start(self, wait=True, **env):
        with open(self.log_file, "a") as log:
            self.process = subprocess.Popen((DAEMON, "-c", self.config_file, "--foreground"), stdout=log, stderr=log,
                                            env=dict(self.environment, **env))
        if wait:
            rig.Cloud.until(self.listening)
        return self

    def listening(self):
        assert self.process.poll() is None, "the daemon has ended: " + self.log()[-600:]
        try:
            Link(self.socket).close()
            return True
        except OSError:
            return False

    def stop(self, sig=signal.SIGTERM, status=0):
        self.process.send_signal(sig)
        got = self.process.wait(60)
        self.process = None
        assert got == status, "the daemon ended with %d" % got

    def refuses_to_start(self, **env):
        """It must end with a message; that message."""
        before = len(self.log())
        self.start(wait=False, **env)
        got = self.process.wait(60)
        self.process = None
        assert got > 0, "the daemon ended with %d" % got
        return got, self.log()[before:]

    def log(self):
        if not os.path.exists(self.log_file):
            return ""
        with open(self.log_file, errors="replace") as f:
            return f.read()

    def logged(self, text, timeout=60):
        self.until(lambda: text in self.log(), timeout, lambda: "not in the log: " + text)

    @staticmethod
    def until(condition, timeout=60, why=lambda: ""):
        deadline = time.monotonic() + timeout
        while not condition():
            assert time.monotonic() < deadline, "not within %d s: %s" % (timeout, why())
            time.sleep(0.03)

    # asking it

    def link(self):
        return Link(self.socket)

    def tool(self, *args, data=None, status=0, **more):
        done = subprocess.run((TOOL,) + args, stdout=subprocess.PIPE, stderr=subprocess.PIPE, input=data, timeout=60,
                              env=self.environment, **more)
        assert done.returncode == status, "%s: %d %r" % (args, done.returncode, done.stderr)
        return (done.stderr if status else done.stdout).decode()

    def status(self):
        link = self.link()
        kind, length = link.ask("STATUS").split()
        assert kind == "STATUS"
        text = link.file.read(int(length))
        link.close()
        return json.loads(text)

    def state(self, want, timeout=60):
        """Wait for a state; its text."""
        self.until(lambda: self.status()["state"] == want, timeout,
                   lambda: "%(state)s: %(text)s" % self.status())
        return self.status()["text"]

    def connect(self, name="dev"):
        """Broker, activated certificate, daemon: connected."""
        if not self.cloud.running:
            self.cloud.start()
        ident = rig.certificate_id(self.pki.path(name + ".pem"))
        self.cloud.admin("register-cert", self.pki.path(name + ".pem"))
        self.cloud.activate(ident)
        self.start()
        self.state("connected")
        return ident

    # the end

    def close(self):
        if self.process:
            self.stop()
        if self.emulator:
            self.emulator.terminate()
            self.emulator.wait(60)
            self.emulator = None
        self.cloud.stop()
        for word in ("ERROR: AddressSanitizer", "ERROR: LeakSanitizer", "runtime error:"):
            assert word not in self.log(), self.log()[-3000:]

    def kill(self):
        for process in (self.process, self.emulator):
            if process and process.poll() is None:
                process.kill()
                process.wait(60)
        for watcher in self.cloud.watchers:
            watcher.close()
        if self.cloud.running:
            self.cloud.command("stop")

    # the chip

    def chip(self, subject="/CN=chip-1", *options):
        """A provisioned emulated chip, its reference and its certificate chain."""
        self.chip_socket = os.path.join(self.folder, "chip.sock")
        self.chip_state = os.path.join(self.folder, "chip.state")
        self.trace = os.path.join(self.folder, "chip.trace")
        self.environment["ECC508A_DEVICE"] = "emu:" + self.chip_socket
        self.insert_chip(*options)
        self.tool("provision", "--commit")
        self.reference = os.path.join(self.folder, "chip.ref")
        self.tool("key", "-o", self.reference)
        request = os.path.join(self.folder, "chip.csr")
        self.tool("csr", "-n", subject, "-o", request)
        leaf = os.path.join(self.folder, "chip.pem")
        self.pki.openssl("x509", "-req", "-in", request, "-CA", "signer.pem", "-CAkey", "signer.key", "-CAcreateserial",
                         "-days", "365", "-sha256", "-out", leaf)
        self.chain = os.path.join(self.folder, "chip-chain.pem")
        with open(self.chain, "w") as out:
            for part in (leaf, self.pki.path("signer.pem")):
                with open(part) as f:
                    out.write(f.read())
        return rig.certificate_id(leaf)

    def insert_chip(self, *options):
        self.emulator = subprocess.Popen(
            (EMULATOR, "--socket", self.chip_socket, "--state", self.chip_state, "--trace", self.trace, "--quiet")
            + (options or ("--time", "virtual,typ")), env=self.environment)
        self.until(lambda: os.path.exists(self.chip_socket))

    def remove_chip(self):
        self.emulator.terminate()
        self.emulator.wait(60)
        self.emulator = None
        if os.path.exists(self.chip_socket):
            os.unlink(self.chip_socket)

    def signatures(self, slot=0):
        with open(self.trace) as f:
            commands = [json.loads(line) for line in f if '"ev":"cmd"' in line]
        return len([c for c in commands if c["op"] == "Sign" and c["slot"] == slot and c["status"] == 0])
