# SPDX-FileCopyrightText: 2026 The ecc508a authors
# SPDX-License-Identifier: Apache-2.0
"""The state directory: restarts, damage, and several writers."""
import fcntl
import json
import os
import random
import signal
import subprocess
import threading

from mqtt import Silent
from rig import ADMIN, Cloud, free_port


def test_restart(cloud):
    """Statuses, things, policies and the server's identity survive a stop and a SIGKILL."""
    ident = cloud.active("lamp", thing="hall")
    cloud.pki.device("door")
    cloud.start()
    assert cloud.outcome("lamp", "hall") == 0
    assert cloud.outcome("door") == "closed"
    with open(cloud.server_ca()) as f:
        ca = f.read()
    cloud.stop()
    cloud.start()
    assert cloud.outcome("lamp", "hall") == 0
    assert cloud.outcome("door") == "closed" and cloud.last("connect")["outcome"] == "pending-activation"
    cloud.admin("revoke", ident)
    cloud.kill()
    cloud.start()
    assert cloud.outcome("lamp", "hall") == "closed" and cloud.last("connect")["outcome"] == "revoked"
    with open(cloud.server_ca()) as f:
        assert f.read() == ca


def test_session_over_restart(cloud):
    """A message for a device with a persistent session waits for it, across a restart too."""
    cloud.active("lamp")
    cloud.start()
    device = cloud.session("lamp", clean=False)
    device.subscribe("lamp/down")
    device.disconnect()
    world = cloud.observer()
    world.send("lamp/down", "later")
    world.close()
    cloud.stop()
    cloud.start()
    device = cloud.session("lamp", clean=False)
    assert device.session_present
    assert device.message() == ("lamp/down", b"later")


def test_offline_policy(cloud):
    """What a revoked device may not receive is not kept for it either."""
    ident = cloud.active("lamp")
    cloud.start()
    device = cloud.session("lamp", clean=False)
    device.subscribe("lamp/down")
    device.disconnect()
    cloud.admin("revoke", ident)
    world = cloud.observer()
    world.send("lamp/down", "secret")
    world.close()
    cloud.activate(ident)
    device = cloud.session("lamp", clean=False)
    try:
        raise AssertionError(device.message(0.5))
    except Silent:
        pass


ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


def damages(path):
    with open(path, "rb") as f:
        good = f.read()
    other = json.loads(good)
    yield b""
    yield b"\0" * 100
    yield good[: len(good) // 2]
    yield b"[" * 60000
    yield b"{" + b"\"a\":{" * 900
    yield b"x" * 70000
    yield good.replace(b"ACTIVE", b"active")
    yield good.replace(b"\"attempts\":\t", b"\"attempts\":\t-7")
    yield good.replace(b"\"attempts\":\t", b"\"attempts\":\t1e300")
    yield json.dumps(dict(other, thingName="x" * 5000)).encode()
    yield json.dumps(dict(other, thingName="../../etc")).encode()
    yield json.dumps(dict(other, policies=["../settings"])).encode()
    yield json.dumps(dict(other, policies=["p"] * 50)).encode()
    yield json.dumps(dict(other, caCertificateId="zz")).encode()
    yield json.dumps(dict(other, certificatePem=other["certificatePem"][:200])).encode()
    yield json.dumps({k: v for k, v in other.items() if k != "status"}).encode()
    rng = random.Random(508)
    for _ in range(40):
        noise = bytearray(good)
        # Another base64 digit inside the certificate makes it another certificate, or none.
        at = rng.randrange(good.index(b"BEGIN") + 30, good.index(b"END") - 20)
        while chr(noise[at]) not in ALPHABET or noise[at - 1] == 0x5C:
            at -= 1
        noise[at] = ord(rng.choice(ALPHABET.replace(chr(noise[at]), "")))
        yield bytes(noise)


def test_damaged_records(cloud):
    """A record that is not what it should be refuses its own certificate, and nobody else's."""
    ident = cloud.active("lamp")
    cloud.active("door")
    cloud.start()
    path, count = cloud.record(ident), 0
    with open(path, "rb") as f:
        good = f.read()
    for bad in damages(path):
        with open(path, "wb") as f:
            f.write(bad)
        assert cloud.outcome("lamp") == "closed", bad[:200]
        assert cloud.last("connect")["outcome"] == "state-damaged", (bad[:300], cloud.last("connect"))
        count += 1
    assert count > 40
    assert "damaged" in cloud.refused("list") and "door" in cloud.command("list").stdout
    assert cloud.outcome("door") == 0
    with open(path, "wb") as f:
        f.write(good)
    assert cloud.outcome("lamp") == 0
    cloud.admin("list")


def test_odd_files(cloud):
    """A FIFO, a link, a directory in place of a record: refused at once, never opened for good."""
    ident = cloud.active("lamp")
    path = cloud.record(ident)
    cloud.start()
    os.rename(path, path + ".kept")
    for make in (os.mkfifo, lambda p: os.symlink(path + ".kept", p), os.mkdir):
        make(path)
        assert cloud.outcome("lamp") == "closed" and cloud.last("connect")["outcome"] in ("state-damaged", "state-error")
        (os.rmdir if os.path.isdir(path) and not os.path.islink(path) else os.unlink)(path)
    for name in ("x.json", "..json", "a" * 200 + ".json", "caf\u00e9.json"):
        with open(os.path.join(cloud.state, "certs", name), "w") as f:
            f.write("{}")
        with open(os.path.join(cloud.state, "cas", name), "w") as f:
            f.write("{}")
    os.rename(path + ".kept", path)
    assert cloud.outcome("lamp") == 0
    cloud.pki.device("door")
    assert cloud.outcome("door") == "closed" and cloud.last("connect")["outcome"] == "registered"


def test_damaged_settings(cloud):
    """Settings that cannot be understood let nobody in, and the log says so."""
    cloud.active("lamp")
    cloud.start()
    path = os.path.join(cloud.state, "settings.json")
    with open(path) as f:
        good = f.read()
    for bad in ("", "[]", good[:30], good.replace("123456789012", "12"), good.replace("\"log-publish\":\t1", "\"log-publish\":\t7")):
        assert bad != good
        with open(path, "w") as f:
            f.write(bad)
        assert cloud.outcome("lamp") == "closed" and cloud.last("connect")["outcome"] == "state-damaged"
    assert "damaged" in cloud.refused("set")
    with open(path, "w") as f:
        f.write(good)
    assert cloud.outcome("lamp") == 0


def test_missing_policy_denies(cloud):
    """An attached policy that is gone, or broken, may have held a Deny."""
    ident = cloud.active("lamp")
    path = os.path.join(cloud.state, "policies", "default.json")
    cloud.start()
    with open(path) as f:
        good = f.read()
    for bad in ("{}", good[:-20], good.replace("Resource", "NotResource")):
        with open(path, "w") as f:
            f.write(bad)
        assert cloud.outcome("lamp") == "closed" and cloud.last("connect")["outcome"] == "policy"
    cloud.admin("policy", "delete", "default")
    assert cloud.outcome("lamp") == "closed"
    with open(path, "w") as f:
        f.write(good)
    assert cloud.outcome("lamp") == 0
    assert ident


def test_left_over_temporary(cloud):
    """What a writer that was killed leaves behind disturbs nobody."""
    ident = cloud.active("lamp")
    for name in (".%s.json.tmp" % ident, ".x.tmp"):
        with open(os.path.join(cloud.state, "certs", name), "w") as f:
            f.write("half a rec")
    cloud.start()
    cloud.admin("deactivate", ident)
    assert cloud.outcome("lamp") == "closed" and cloud.last("connect")["outcome"] == "inactive"


def test_killed_writers(cloud):
    """Administrators killed at any moment: every record is whole, the lock is free."""
    ident = cloud.active("lamp")
    rng = random.Random(1)
    for i in range(60):
        verb = ("deactivate", "activate", "revoke")[i % 3]
        with subprocess.Popen((ADMIN, "--state", cloud.state, verb, ident)) as writer:
            try:
                writer.wait(rng.random() * 0.008)
            except subprocess.TimeoutExpired:
                writer.send_signal(signal.SIGKILL)
        status = json.loads(cloud.admin("show", ident))["status"]
        assert status in ("ACTIVE", "INACTIVE", "REVOKED")
    cloud.activate(ident)


def test_activation_is_not_lost(cloud):
    """The broker counts tries in the same record that the administrator changes."""
    cloud.start()
    for n in range(6):
        name = "dev%d" % n
        ident = cloud.pki.device(name)
        assert cloud.outcome(name) == "closed"
        stop = threading.Event()

        def hammer():
            while not stop.is_set():
                cloud.outcome(name)

        threads = [threading.Thread(target=hammer) for _ in range(2)]
        for thread in threads:
            thread.start()
        cloud.activate(ident)
        stop.set()
        for thread in threads:
            thread.join()
        assert cloud.outcome(name) == 0, name


def test_stopped_administrator(cloud):
    """A process that sits on the lock costs a connect two seconds, not the broker."""
    cloud.pki.device("lamp")
    cloud.start()
    with open(os.path.join(cloud.state, "lock"), "w") as holder:
        fcntl.flock(holder, fcntl.LOCK_EX)
        assert cloud.outcome("lamp") == "closed"
        assert "lock" in cloud.refused("set", "log-publish", "0")
    cloud.admin("set", "log-publish", "1")
    assert cloud.last("connect")["outcome"] == "state-error"
    assert cloud.outcome("lamp") == "closed"
    assert cloud.last("connect")["outcome"] in ("registered", "pending-activation")


def test_served_once(cloud):
    cloud.start()
    assert "already" in cloud.refused("serve", "--port", str(free_port()))
    cloud.stop()
    assert "nothing serves" in cloud.refused("stop")


def test_loaded_twice(cloud):
    """A configuration with two plugin lines does not start, and says why."""
    cloud.start()
    cloud.stop()
    path = os.path.join(cloud.state, "mosquitto.conf")
    with open(path) as f:
        lines = f.readlines()
    with open(path, "w") as f:
        for line in lines:
            f.write(line)
            if line.startswith("plugin_opt_state"):
                f.writelines(at for at in lines if at.startswith("plugin"))
    done = subprocess.run(("/usr/sbin/mosquitto", "-c", path), stderr=subprocess.PIPE, text=True, timeout=20, check=False)
    assert done.returncode != 0 and "loaded twice" in done.stderr, done.stderr


def test_two_brokers_one_registry(cloud):
    """Two brokers by hand on one directory: what one registers the other knows."""
    ident = cloud.pki.device("lamp")
    cloud.start()
    second = Cloud(os.path.join(cloud.folder, "second"), cloud.pki)
    second.start()
    second.stop()
    with open(os.path.join(second.state, "mosquitto.conf")) as f:
        conf = f.read().replace("plugin_opt_state " + second.state, "plugin_opt_state " + cloud.state)
    with open(os.path.join(second.state, "own.conf"), "w") as f:
        f.write(conf)
    broker = subprocess.Popen(("/usr/sbin/mosquitto", "-c", os.path.join(second.state, "own.conf")),
                              stderr=subprocess.DEVNULL)
    try:
        cloud.until(lambda: second.outcome("lamp") == "closed")
        assert cloud.admin("wait", "--status", "PENDING_ACTIVATION").strip() == ident
        cloud.activate(ident)
        assert second.outcome("lamp") == 0 and cloud.outcome("lamp") == 0
    finally:
        broker.terminate()
        assert broker.wait(10) == 0


def test_no_state_directory(cloud):
    done = subprocess.run((ADMIN, "--state", os.path.join(cloud.folder, "none"), "list"), stderr=subprocess.PIPE,
                          text=True, check=False)
    assert done.returncode == 1 and "init" in done.stderr
    done = subprocess.run((ADMIN, "list"), stderr=subprocess.PIPE, text=True, check=False,
                          env={"PATH": os.environ["PATH"]})
    assert done.returncode == 2 and "--state" in done.stderr


def test_usage(cloud):
    """Wrong words are status 2 and change nothing."""
    ident = cloud.active("lamp")
    before = cloud.admin("list") + cloud.admin("set")
    for words in (["nonsense"], ["list", "x"], ["list", "--status", "OPEN"], ["activate"], ["activate", "zz"],
                  ["activate", ident, "--thing", "a b"], ["activate", ident, "--thing", ""], ["activate", "abc"],
                  ["set", "x", "1"], ["set", "log-publish", "2"], ["set", "log-publish", "1x"],
                  ["set", "account", "12"], ["set", "activate-after-ms"], ["wait"], ["policy"], ["policy", "put", "x"],
                  ["serve"], ["serve", "--port", "0"], ["serve", "--port", "70000"], ["serve", "--port", "1", "--tls", "1.1"],
                  ["serve", "--port", "1", "--host-name", "a\nb"], ["serve", "--port", "1", "--bind", "x\ny"],
                  ["init", "--account", "1"], ["update-ca", "x"], ["register-ca"]):
        cloud.refused(*words, status=2)
    for words in (["show", "ffff0000"], ["activate", "ffff0000"], ["revoke", "ffff0000"]):
        cloud.refused(*words)
    assert cloud.admin("list") + cloud.admin("set") == before
    done = cloud.command("--help")
    assert done.returncode == 0 and "register-ca" in done.stdout


def test_not_root(cloud):
    """As an ordinary user nothing is missing."""
    if os.geteuid():
        return
    folder = os.path.join(cloud.folder, "user")
    os.mkdir(folder, 0o700)
    os.chown(folder, 65534, 65534)
    for place in (cloud.folder, os.path.dirname(cloud.folder), cloud.pki.folder):
        os.chmod(place, 0o755)
    state, port = os.path.join(folder, "state"), str(free_port())
    cloud.pki.device("lamp")
    build = os.path.join(folder, "bin")
    os.mkdir(build, 0o755)
    for name in ("ecc508a-cloud", "ecc508a-cloud.so"):
        subprocess.run(("cp", os.path.join(os.path.dirname(ADMIN), name), build), check=True)
    admin = (os.path.join(build, "ecc508a-cloud"), "--state", state)
    more = {"user": 65534, "group": 65534, "extra_groups": [], "check": True, "stdout": subprocess.PIPE}
    subprocess.run(admin + ("register-ca", cloud.pki.path("signer.pem")), **more)
    subprocess.run(admin + ("serve", "--port", port, "--daemon"), **more)
    try:
        cloud.state, cloud.port = state, int(port)
        assert cloud.outcome("lamp") == "closed" and cloud.last("connect")["outcome"] == "registered"
        for name in ("", "server/server.key", "server/ca.key", "log.jsonl", "settings.json"):
            assert os.stat(os.path.join(state, name)).st_mode & 0o077 == 0, name
    finally:
        subprocess.run(admin + ("stop",), **more)
