# SPDX-FileCopyrightText: 2026 The ecc508a authors
# SPDX-License-Identifier: Apache-2.0
"""Fault knobs, and clients that send garbage."""
import os
import random
import socket
import time

from mqtt import PUBACK, Closed, Silent, packet, text


def silent(call):
    """True if the call gets no answer on a connection that stays open."""
    try:
        call()
        return False
    except Silent:
        return True


def test_refuse_connects(cloud):
    cloud.active("lamp")
    cloud.admin("set", "fault-refuse-connects", "2")
    cloud.start()
    assert [cloud.outcome("lamp") for _ in range(3)] == ["closed", "closed", 0]
    assert [c["outcome"] for c in cloud.log("connect")] == ["fault", "fault", "accepted"]


def test_drop_connack(cloud):
    cloud.active("lamp")
    cloud.admin("set", "fault-drop-connack", "1")
    cloud.start()
    client = cloud.client("lamp")
    client.timeout = 0.7
    assert silent(lambda: client.connect("lamp"))
    client.close()
    assert cloud.outcome("lamp") == 0


def test_drop_puback(cloud):
    """Two acknowledgements get lost; the third message's arrives; the messages themselves arrived all."""
    cloud.active("lamp")
    cloud.start()
    rule = cloud.observer("lamp/#")
    device = cloud.session("lamp")
    cloud.admin("set", "fault-drop-puback", "2")
    for i in range(3):
        device.publish("lamp/x", b"%d" % i)
    assert device.read() == (PUBACK, 0, b"\0\3")
    assert rule.expect(3) == [("lamp/x", "0"), ("lamp/x", "1"), ("lamp/x", "2")]
    rule.close()
    cloud.admin("set", "fault-drop-puback", "-1")
    for _ in range(5):
        device.publish("lamp/x", b"")
    assert silent(lambda: device.read(0.5))
    cloud.admin("set", "fault-drop-puback", "0")
    device.publish_acked("lamp/x")


def test_drop_suback_and_pingresp(cloud):
    cloud.active("lamp")
    cloud.start()
    device = cloud.session("lamp")
    device.timeout = 0.5
    cloud.admin("set", "fault-drop-suback", "1")
    cloud.admin("set", "fault-drop-pingresp", "1")
    assert silent(lambda: device.subscribe("lamp/x"))
    assert silent(device.ping)
    device.timeout = 30
    assert device.subscribe("lamp/x") == [1]
    device.ping()


def test_connect_delay(cloud):
    cloud.active("lamp")
    cloud.admin("set", "fault-connect-delay-ms", "600")
    cloud.start()
    start = time.monotonic()
    assert cloud.outcome("lamp") == 0
    assert time.monotonic() - start >= 0.6


def test_cut_after(cloud):
    cloud.active("lamp")
    cloud.start()
    cloud.admin("set", "fault-cut-after", "3")
    for _ in range(2):
        device = cloud.session("lamp")
        device.subscribe("lamp/down")
        device.publish_acked("lamp/x")
        device.publish_acked("lamp/x")
        device.publish("lamp/x")
        assert device.ends()
    cloud.admin("set", "fault-cut-after", "0")
    device = cloud.session("lamp")
    for _ in range(10):
        device.publish_acked("lamp/x")


def test_keep_alive(cloud):
    """A silent client is cut after one and a half keep-alives."""
    cloud.active("lamp")
    cloud.start()
    device = cloud.client("lamp")
    start = time.monotonic()
    assert device.connect("lamp", keepalive=2) == 0
    assert device.ends(60)
    assert time.monotonic() - start > 2.5
    assert cloud.last("disconnect")["reason"] == "CONNECTION_LOST"


def test_will(cloud):
    """A will inside the policy is published when the connection breaks; one outside is not."""
    cloud.active("lamp")
    cloud.start()
    rule = cloud.observer("lamp/#", "door/#")
    device = cloud.client("lamp")
    assert device.connect("lamp", will=("lamp/gone", "bye")) == 0
    device.sock.shutdown(socket.SHUT_RDWR)
    device.close()
    assert rule.expect() == [("lamp/gone", "bye")]
    device = cloud.client("lamp")
    assert device.connect("lamp", will=("door/gone", "bye")) == 0
    device.sock.shutdown(socket.SHUT_RDWR)
    device.close()
    rule.nothing()
    rule.close()
    assert [p["outcome"] for p in cloud.log("publish")] == ["accepted", "policy"]


def test_garbage(cloud):
    """Noise before TLS, inside TLS, before and after a CONNECT: the broker shrugs."""
    cloud.active("lamp")
    cloud.start()
    rng = random.Random(2)
    for size in (1, 3, 100, 5000):
        with socket.create_connection(("127.0.0.1", cloud.port), 5) as raw:
            raw.sendall(rng.randbytes(size))
    for _ in range(40):
        client = cloud.client("lamp")
        try:
            client.send(rng.randbytes(rng.randrange(1, 2000)))
        except Closed:
            pass
        client.close()
    good = text("MQTT") + b"\4\2\0\x3c" + text("lamp")
    for _ in range(60):
        body = bytearray(good)
        body[rng.randrange(len(body))] = rng.randrange(256)
        client = cloud.client("lamp")
        try:
            client.send(packet(0x10, bytes(body)) + rng.randbytes(40))
        except Closed:
            pass
        client.close()
    for body in (text(b"\xff\xfe"), text("a\0b"), text("lamp/#"), text("lamp/+/x"), b"\xff\xff"):
        device = cloud.session("lamp")
        try:
            device.send(packet(0x32, body + b"\0\1"))
        except Closed:
            pass
        assert device.ends(), body
    cloud.session("lamp").disconnect()


def test_many_things(cloud):
    """Thirty devices at once, each refused, activated, and heard."""
    names = ["m%d" % i for i in range(30)]
    for name in names:
        cloud.pki.device(name)
    cloud.admin("set", "activate-after-tries", "1")
    cloud.start()
    rule = cloud.observer("+/up")
    assert [cloud.outcome(name) for name in names] == ["closed"] * 30
    sessions = [cloud.session(name) for name in names]
    for name, session in zip(names, sessions):
        session.publish(name + "/up", name.encode())
    assert sorted(rule.expect(30)) == sorted((name + "/up", name) for name in names)
    rule.close()
    for session in sessions:
        assert session.read()[0] == PUBACK
    assert len(os.listdir(os.path.join(cloud.state, "certs"))) == 30
