# SPDX-FileCopyrightText: 2026 The ecc508a authors
# SPDX-License-Identifier: Apache-2.0
"""What the tests of the cloud stand-in share: keys and certificates by the openssl command, and a broker to talk to."""
import hashlib
import json
import os
import random
import shutil
import socket
import ssl
import subprocess
import tempfile
import time

from mqtt import Client, Closed, tls_context

BUILD = os.environ.get("ECC508A_BUILD", os.path.join(os.path.dirname(__file__), "../../build"))
ADMIN = os.path.join(BUILD, "emulator/cloud/ecc508a-cloud")
PLUGIN = os.path.join(BUILD, "emulator/cloud/ecc508a-cloud.so")


def run(*args, **more):
    return subprocess.run(args, check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more).stdout


def certificate_id(pem_file):
    """SHA-256 over the DER, by other means than the stand-in's."""
    with open(pem_file) as f:
        pem = f.read()
    end = "-----END CERTIFICATE-----"
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem[: pem.index(end) + len(end)] + "\n")).hexdigest()


class Pki:
    """A root, a signer below it, and device certificates, made with the openssl command."""

    def __init__(self, folder):
        self.folder = folder
        os.makedirs(folder, exist_ok=True)
        self.write("ca.ext", "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n")
        self.key("root")
        self.openssl("req", "-x509", "-new", "-key", "root.key", "-subj", "/O=Test/CN=Root", "-days", "3650", "-out", "root.pem")
        self.ca("signer", "root", "/O=Test/CN=Signer FFFF")

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, data):
        with open(self.path(name), "w") as f:
            f.write(data)

    def openssl(self, *args):
        return run("openssl", *args, cwd=self.folder)

    def key(self, name):
        if not os.path.exists(self.path(name + ".key")):
            self.openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", name + ".key")

    def sign(self, name, issuer, subject, *options):
        self.key(name)
        self.openssl("req", "-new", "-key", name + ".key", "-subj", subject, "-out", name + ".csr")
        self.openssl("x509", "-req", "-in", name + ".csr", "-CA", issuer + ".pem", "-CAkey", issuer + ".key",
                     "-CAcreateserial", "-sha256", "-out", name + ".pem", *options)
        return certificate_id(self.path(name + ".pem"))

    def ca(self, name, issuer, subject, *options):
        return self.sign(name, issuer, subject, "-extfile", "ca.ext", *(options or ("-days", "3650")))

    def device(self, name, issuer="signer", subject=None, options=("-days", "365")):
        """A key and certificate chain; returns the certificateId."""
        ident = self.sign(name, issuer, subject or "/CN=" + name, *options)
        chain = ""
        for part in (name, issuer):
            with open(self.path(part + ".pem")) as f:
                chain += f.read()
        self.write(name + "-chain.pem", chain)
        return ident

    def dated(self, name, start, end, issuer="signer", options=()):
        """A certificate with any dates (YYYYMMDDHHMMSSZ): in OpenSSL 3.0 only `openssl ca` makes those."""
        self.key(name)
        self.write("index.txt", "")
        self.write("ca.cnf", "[ca]\ndefault_ca=a\n[a]\ndatabase=index.txt\nnew_certs_dir=.\nrand_serial=yes\n"
                             "default_md=sha256\npolicy=p\n[p]\ncommonName=supplied\n")
        self.openssl("req", "-new", "-key", name + ".key", "-subj", "/CN=" + name, "-out", name + ".csr")
        self.openssl("ca", "-config", "ca.cnf", "-batch", "-notext", "-in", name + ".csr", "-cert", issuer + ".pem",
                     "-keyfile", issuer + ".key", "-startdate", start, "-enddate", end, "-out", name + ".pem", *options)
        shutil.copy(self.path(name + ".pem"), self.path(name + "-chain.pem"))
        return certificate_id(self.path(name + ".pem"))


def free_port():
    """Below the ports that the kernel gives to clients: while the broker is down, nobody else may come to sit on its port,
    and a client that tries and tries must not be connected to itself."""
    while True:
        port = random.randrange(20000, 32000)
        with socket.socket() as s:
            try:
                s.bind(("127.0.0.1", port))
                return port
            except OSError:
                pass


class Cloud:
    """One state directory, and the broker that serves it."""

    def __init__(self, folder, pki, register=True):
        self.folder, self.pki, self.port = folder, pki, free_port()
        self.state = os.path.join(folder, "state")
        self.running, self.watchers = False, []
        os.makedirs(folder, exist_ok=True)
        self.admin("init")
        self.ca_id = self.admin("register-ca", pki.path("signer.pem")).strip() if register else None

    def command(self, *args, **more):
        return subprocess.run((ADMIN, "--state", self.state) + args, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True, timeout=120, **more)

    def admin(self, *args):
        done = self.command(*args)
        assert done.returncode == 0, "%s: %d %s" % (" ".join(args), done.returncode, done.stderr)
        return done.stdout

    def refused(self, *args, status=1):
        """The message of a command that must fail."""
        done = self.command(*args)
        assert done.returncode == status, "%s: status %d, not %d: %s" % (args, done.returncode, status, done.stderr)
        assert done.stderr.startswith("ecc508a-cloud: "), done.stderr
        return done.stderr

    def start(self, *options):
        # ECC508A_CLOUD_BROKER: a wrapper script around mosquitto (valgrind).
        broker = os.environ.get("ECC508A_CLOUD_BROKER")
        more = ("--broker", broker) if broker else ()
        self.pid = int(self.admin("serve", "--port", str(self.port), "--daemon", *more, *options))
        self.running = True
        return self

    def stop(self):
        if self.running:
            self.running = False
            self.admin("stop")

    def kill(self):
        os.kill(self.pid, 9)
        self.running = False
        self.until(lambda: self.command("stop").returncode == 1)

    def alive(self):
        """The broker is there, and is the same process."""
        with open("/proc/%d/stat" % self.pid) as f:
            return f.read().rsplit(")", 1)[1].split()[0] not in "ZX"

    @staticmethod
    def until(condition, timeout=60):
        deadline = time.monotonic() + timeout
        while not condition():
            assert time.monotonic() < deadline, "not within %d s" % timeout
            time.sleep(0.02)

    def server_ca(self):
        return os.path.join(self.state, "server/ca.pem")

    def client(self, name, host="localhost", sni=True, ca=True, **tls):
        ctx = tls_context(self.server_ca() if ca else None, self.pki.path(name + "-chain.pem"),
                          self.pki.path(name + ".key"), **tls)
        return Client(self.port, ctx, host, sni)

    def outcome(self, name, client_id=None, **more):
        """What a connect comes to, as the device sees it: a CONNACK code or "closed"."""
        try:
            client = self.client(name, **more)
        except (OSError, ssl.SSLError):
            return "no handshake"
        try:
            return client.connect(client_id or name)
        except Closed:
            assert not client.buffer, "bytes before the close: %r" % client.buffer
            return "closed"
        finally:
            client.close()

    def session(self, name, client_id=None, version=4, clean=True, **more):
        client = self.client(name, **more)
        code = client.connect(client_id or name, version=version, clean=clean)
        assert code == 0, "CONNACK %d" % code
        return client

    def log(self, event=None):
        path = os.path.join(self.state, "log.jsonl")
        if not os.path.exists(path):
            return []
        with open(path) as f:
            lines = [json.loads(line) for line in f]
        return [line for line in lines if event in (None, line["event"])]

    def last(self, event):
        return self.log(event)[-1]

    def activate(self, ident, *options):
        self.admin("activate", ident, *options)

    def active(self, name, thing=None):
        """A device that has been through registration and activation."""
        ident = self.pki.device(name)
        self.admin("register-cert", self.pki.path(name + ".pem"))
        self.activate(ident, *(("--thing", thing) if thing else ()))
        return ident

    def policy(self, name, *statements):
        path = os.path.join(self.folder, name + ".json")
        with open(path, "w") as f:
            json.dump({"Version": "2012-10-17", "Statement": list(statements)}, f)
        self.admin("policy", "put", name, path)

    def observer(self, *topics):
        watcher = Observer(os.path.join(self.state, "observer.sock"))
        self.watchers.append(watcher)
        watcher.start(topics)
        return watcher

    def record(self, ident):
        return os.path.join(self.state, "certs", ident + ".json")


def statement(action, *resources, effect="Allow"):
    prefix = "arn:aws:iot:us-east-1:123456789012:"
    return {"Effect": effect, "Action": action, "Resource": [r if r == "*" else prefix + r for r in resources]}


class Observer:
    """mosquitto_sub on the UNIX socket: what a rule of AWS IoT would see."""

    def __init__(self, path):
        self.rest, self.at, self.path, self.process, self.seen = b"", 0, path, None, None

    def start(self, topics):
        args = ["mosquitto_sub", "--unix", self.path, "-v", "-t", "ready"]
        for topic in topics:
            args += ["-t", topic]
        # A file takes all there is; a pipe that nobody reads would stop it, and with it the broker.
        self.seen = tempfile.TemporaryFile()
        self.process = subprocess.Popen(args, stdout=self.seen)
        deadline = time.monotonic() + 60
        # Its SUBACK is not shown: it is there once a message comes through.
        while not self.lines():
            assert time.monotonic() < deadline, "observer did not start"
            self.send("ready", "")
            time.sleep(0.05)
        while self.lines():
            time.sleep(0.05)

    def send(self, topic, payload):
        run("mosquitto_pub", "--unix", self.path, "-t", topic, "-m", payload, "-q", "1")

    def lines(self):
        # The offset is shared with the writer, so it is kept here.
        new = os.pread(self.seen.fileno(), 1 << 24, self.at)
        self.at += len(new)
        self.rest += new
        *whole, self.rest = self.rest.split(b"\n")
        return [line.decode() for line in whole]

    def expect(self, count=1, timeout=30):
        """The next messages, as (topic, payload)."""
        found, deadline = [], time.monotonic() + timeout
        while len(found) < count:
            found += [line for line in self.lines() if not line.startswith("ready ")]
            assert time.monotonic() < deadline, "saw only %r" % found
            time.sleep(0.02)
        return [tuple(line.split(" ", 1)) for line in found]

    def nothing(self, wait=0.4):
        time.sleep(wait)
        found = [line for line in self.lines() if not line.startswith("ready ")]
        assert not found, found

    def close(self):
        if self.process:
            self.process.kill()
            self.process.wait()
            self.seen.close()
        self.process = None
