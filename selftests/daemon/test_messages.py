# SPDX-FileCopyrightText: 2026 The ecc508a authors
# SPDX-License-Identifier: Apache-2.0
"""Messages up and down, and none lost."""
import hashlib
import os
import random
import signal
import subprocess
import threading
import time

import bench


def test_up(b):
    b.connect()
    watcher = b.cloud.observer("dev/#")
    assert b.tool("pub", "-m", "hello", "dev/up") == ""
    b.tool("pub", "dev/up", data=b"from a pipe")
    b.tool("pub", "-q", "0", "-m", "quick", "dev/zero")
    b.tool("pub", "-m", "", "dev/empty")
    seen = watcher.expect(4)
    # mosquitto_sub prints "(null)" for an empty payload; the broker's log has its length.
    assert seen[:3] == [("dev/up", "hello"), ("dev/up", "from a pipe"), ("dev/zero", "quick")], seen
    assert seen[3][0] == "dev/empty" and b.cloud.last("publish")["payloadLength"] == 0, seen
    b.until(lambda: b.status()["spool"]["messages"] == 0)
    counters = b.status()["counters"]
    assert (counters["accepted"], counters["acknowledged"], counters["qos0"]) == (3, 3, 1), counters
    assert [line["qos"] for line in b.cloud.log("publish")] == [1, 1, 0, 1]


def test_largest(b):
    b.connect()
    payload = bytes(random.randrange(256) for _ in range(131072))
    link = b.link()
    link.send(b"PUB 1 131072 dev/up\n" + payload)
    assert link.line().startswith("OK ")
    b.until(lambda: b.status()["counters"]["acknowledged"] == 1)
    assert b.cloud.last("publish")["payloadLength"] == 131072
    b.tool("pub", "dev/up", data=payload + b"x", status=1)
    assert b.status()["state"] == "connected"


def test_down(b):
    b.connect()
    subscriber = subprocess.Popen((bench.TOOL, "sub", "-c", "2", "-t", "20", "-v", "dev/down", "dev/also/#"),
                                  stdout=subprocess.PIPE, env=b.environment)
    b.until(lambda: len(b.cloud.log("subscribe")) == 2)
    watcher = b.cloud.observer()
    watcher.send("dev/down", "one")
    watcher.send("dev/also/x", "two")
    assert subscriber.communicate(timeout=60)[0] == b"dev/down one\ndev/also/x two\n"
    assert subscriber.returncode == 0
    # Nobody listens any more: the broker is told.
    link = b.link()
    assert link.ask("SUB dev/down") == "OK"
    watcher.send("dev/down", "x" * 100000)
    assert link.message() == ("dev/down", b"x" * 100000)
    link.close()


def test_subscription_refused(b):
    b.connect()
    said = b.tool("sub", "-c", "1", "-t", "10", "forbidden/#", status=1)
    assert "does not allow this subscription" in said, said
    assert b.status()["state"] == "connected"


def test_subscription_survives_reconnect(b):
    b.connect()
    link = b.link()
    assert link.ask("SUB dev/down") == "OK"
    b.cloud.kill()
    b.until(lambda: b.status()["state"] != "connected")
    b.cloud.start()
    b.state("connected")
    b.until(lambda: b.cloud.log("subscribe")[-1]["time"] > b.cloud.last("connect")["time"])
    b.cloud.observer().send("dev/down", "again")
    assert link.message() == ("dev/down", b"again")


def test_bad_topics(b):
    b.connect()
    for topic, word in (("a/+/b", "wildcards"), ("1/2/3/4/5/6/7/8/9", "7 slashes"), ("x" * 257, "256")):
        assert word in b.tool("pub", "-m", "x", topic, status=1), topic
    assert b.status()["state"] == "connected"
    assert b.status()["spool"]["messages"] == 0


def test_offline_then_online(b):
    """QoS 1 waits on disk, across a restart; QoS 0 is refused with a reason."""
    b.start()
    for i in range(10):
        b.tool("pub", "-m", "m%d" % i, "dev/up")
    assert "QoS 0 messages are not queued" in b.tool("pub", "-q", "0", "-m", "x", "dev/up", status=1)
    assert b.status()["spool"]["messages"] == 10
    b.stop()
    assert "10 messages stay in the spool" in b.log()
    b.cloud.start()
    watcher = b.cloud.observer("dev/#")
    b.connect()
    assert watcher.expect(10) == [("dev/up", "m%d" % i) for i in range(10)]
    b.until(lambda: b.status()["spool"]["messages"] == 0)


def digest(payload):
    return hashlib.sha256(payload.encode()).hexdigest()


def arrived(b):
    """What the broker took, by its own log. A subscriber would not do: a broker that is killed takes with it what it has
    acknowledged and not yet handed on."""
    return {line["payloadSha256"] for line in b.cloud.log("publish") if line["outcome"] == "accepted"}


def publisher(b, first, accepted, stop):
    """Publish numbers until told to stop; note which ones the daemon has acknowledged."""
    number = first
    while not stop.is_set():
        try:
            link = b.link()
            while not stop.is_set():
                if not link.publish("dev/up", "n%d." % number).startswith("OK "):
                    break
                accepted.append(number)
                number += 1
        except OSError:
            time.sleep(0.01)


def test_kill_9(b):
    """Killed again and again while it writes, with and without a broker: every acknowledged message arrives."""
    b.connect()
    accepted, stop = [], threading.Event()
    thread = threading.Thread(target=publisher, args=(b, 0, accepted, stop))
    thread.start()
    rng = random.Random(1)
    for kill in range(12):
        time.sleep(rng.random() * 0.4)
        b.process.send_signal(signal.SIGKILL)
        b.process.wait()
        if kill == 6:
            b.cloud.kill()
        if kill == 9:
            b.cloud.start()
        b.start()
    b.state("connected")
    b.until(lambda: len(accepted) > 200)
    stop.set()
    thread.join()
    b.until(lambda: b.status()["spool"]["messages"] == 0, why=lambda: str(b.status()["spool"]))
    reached = arrived(b)
    lost = [number for number in accepted if digest("n%d." % number) not in reached]
    assert not lost, "%d of %d lost: %s" % (len(lost), len(accepted), lost[:10])
    assert "damaged" not in b.log()


def test_broker_killed_in_the_flow(b):
    b.connect()
    link = b.link()
    for i in range(300):
        assert link.publish("dev/up", "n%d." % i).startswith("OK ")
        if i == 100:
            b.cloud.kill()
        if i == 200:
            b.cloud.start()
    b.until(lambda: b.status()["spool"]["messages"] == 0)
    assert {digest("n%d." % i) for i in range(300)} <= arrived(b)


def test_lost_puback(b):
    """A broker that keeps the connection and loses acknowledgements: sent again in a new session."""
    b.config(mqtt_ack_timeout=1)
    b.connect()
    watcher = b.cloud.observer("dev/#")
    b.cloud.admin("set", "fault-drop-puback", "1")
    b.tool("pub", "-m", "twice", "dev/up")
    assert watcher.expect(2) == [("dev/up", "twice")] * 2
    b.until(lambda: b.status()["spool"]["messages"] == 0)


def test_spool_full(b):
    """Refused, with the reason; the messages before it are safe, and room comes back."""
    b.config(spool_max_messages=5)
    b.start()
    for i in range(5):
        b.tool("pub", "-m", "m%d" % i, "dev/up")
    assert "the spool is full" in b.tool("pub", "-m", "x", "dev/up", status=1)
    assert b.status()["counters"]["refused"] == 1
    b.stop()
    b.connect()
    b.until(lambda: b.status()["spool"]["messages"] == 0)
    b.tool("pub", "-m", "x", "dev/up")


def test_damaged_spool(b):
    """A flipped bit costs one message and is reported; the others arrive."""
    b.start()
    for i in range(5):
        b.tool("pub", "-m", "m%d" % i, "dev/up")
    b.stop()
    folder = os.path.join(b.state_dir, "spool")
    name, = os.listdir(folder)
    with open(os.path.join(folder, name), "r+b") as f:
        f.seek(45)
        byte = f.read(1)
        f.seek(45)
        f.write(bytes((byte[0] ^ 4,)))
    b.cloud.start()
    watcher = b.cloud.observer("dev/#")
    b.connect()
    assert sorted(payload for _, payload in watcher.expect(4)) in (["m0", "m2", "m3", "m4"], ["m1", "m2", "m3", "m4"])
    assert "skipped" in b.log() and "check the disk" in b.log()


def test_flood(b):
    """Several local programs at once; the order within each is kept."""
    b.cloud.start()
    watcher = b.cloud.observer("dev/#")
    b.connect()

    def send(name):
        link = b.link()
        for i in range(200):
            link.send("PUB 1 %d dev/%s\n%03d" % (3, name, i))
        for _ in range(200):
            assert link.line().startswith("OK ")

    threads = [threading.Thread(target=send, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seen = watcher.expect(800, 60)
    for name in "abcd":
        assert [payload for topic, payload in seen if topic == "dev/" + name] == ["%03d" % i for i in range(200)]
