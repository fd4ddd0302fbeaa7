# SPDX-FileCopyrightText: 2026 The ecc508a authors
# SPDX-License-Identifier: Apache-2.0
"""Policies, quotas and client ids."""
import json
import os
import time

from mqtt import PUBACK, Closed, Silent, packet, text
from rig import statement


def closes_unacked(device):
    """The server hangs up and has acknowledged nothing."""
    try:
        kind, _, body = device.read()
        raise AssertionError("got packet %d %r" % (kind, body))
    except Closed:
        return True


def test_default_policy(cloud):
    cloud.active("lamp")
    cloud.active("door")
    cloud.start()
    # Another thing's name is not one to connect under.
    assert cloud.outcome("lamp", "door") == "closed" and cloud.last("connect")["outcome"] == "policy"
    device = cloud.session("lamp")
    assert device.subscribe("lamp/#", "$aws/things/lamp/shadow/update/delta") == [1, 1]
    assert device.subscribe("door/#", "#", "lamp", "+/x", "$aws/events/#") == [0x80] * 5
    device.publish_acked("$aws/rules/store/lamp", b"x")
    device.publish_acked("$aws/things/lamp/shadow/get")
    device.ping()
    device.publish("door/up", b"x")
    assert closes_unacked(device)
    cloud.until(lambda: cloud.log("disconnect"))
    assert cloud.last("disconnect")["reason"] == "FORBIDDEN_ACCESS"
    assert cloud.last("publish")["outcome"] == "policy"


def test_mqtt5_violation(cloud):
    cloud.active("lamp")
    cloud.start()
    device = cloud.session("lamp", version=5)
    assert device.subscribe("lamp/down/#", "door/#") == [1, 0x87]
    device.publish_acked("lamp/x", b"1")
    device.publish("door/x", b"1")
    assert device.ends()
    assert cloud.last("publish")["outcome"] == "policy"


def test_receive(cloud):
    """A subscription alone does not deliver: iot:Receive does."""
    ident = cloud.active("lamp")
    cloud.policy("deaf", statement("iot:Connect", "*"), statement("iot:Subscribe", "*"),
                 statement(["iot:Receive"], "topic/loud/*"))
    cloud.admin("policy", "detach", ident, "default")
    cloud.admin("policy", "attach", ident, "deaf")
    cloud.start()
    device = cloud.session("lamp")
    assert device.subscribe("#") == [1]
    world = cloud.observer()
    world.send("quiet/a", "1")
    world.send("loud/a", "2")
    world.close()
    assert device.message() == ("loud/a", b"2")
    try:
        device.read(0.4)
        raise AssertionError("a message too many")
    except Silent:
        pass


def test_explicit_deny_wins(cloud):
    ident = cloud.active("lamp")
    cloud.policy("most", statement("iot:Publish", "topic/both/*", effect="Deny"), statement("iot:*", "*"))
    cloud.policy("not", statement("iot:Publish", "topic/secret/?", effect="Deny"))
    cloud.start()
    cloud.admin("policy", "attach", ident, "most")
    device = cloud.session("lamp", "any-id")
    device.publish("both/1", b"")
    assert closes_unacked(device)
    device = cloud.session("lamp", "any-id")
    device.publish_acked("secret/1", b"")
    cloud.admin("policy", "attach", ident, "not")
    device.publish_acked("secret/11", b"")
    device.publish("secret/1", b"")
    assert closes_unacked(device)


def test_policy_of_elsewhere(cloud):
    """An ARN of another account or region allows nothing here."""
    ident = cloud.active("lamp")
    path = os.path.join(cloud.folder, "p.json")
    cloud.admin("policy", "detach", ident, "default")
    cloud.start()
    for arn, result in (("arn:aws:iot:us-east-1:210987654321:client/*", "closed"),
                        ("arn:aws:iot:eu-west-1:123456789012:client/*", "closed"),
                        ("arn:aws:iot:us-east-1:123456789012:topic/*", "closed"),
                        ("arn:aws:iot:us-east-1:123456789012:client/*", 0)):
        with open(path, "w") as f:
            json.dump({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iot:connect", "Resource": arn}}, f)
        cloud.admin("policy", "put", "elsewhere", path)
        cloud.admin("policy", "attach", ident, "elsewhere")
        assert cloud.outcome("lamp") == result, arn


def test_variables_are_no_wildcards(cloud):
    """A client id of "*" must not turn ${iot:ClientId} into a pattern."""
    ident = cloud.active("lamp")
    cloud.policy("own", statement("iot:Connect", "*"), statement(["iot:Publish"], "topic/${iot:ClientId}/up"),
                 statement("iot:Publish", "topic/cn/${iot:Certificate.Subject.CommonName}"))
    cloud.admin("policy", "detach", ident, "default")
    cloud.admin("policy", "attach", ident, "own")
    cloud.start()
    device = cloud.session("lamp", "*")
    device.publish_acked("*/up")
    device.publish_acked("cn/lamp")
    device.publish("door/up")
    assert closes_unacked(device)
    # A thing variable has no value under another client id.
    cloud.policy("thing", statement("iot:Connect", "*"), statement("iot:Publish", "topic/${iot:Connection.Thing.ThingName}/*"))
    cloud.admin("policy", "detach", ident, "own")
    cloud.admin("policy", "attach", ident, "thing")
    device = cloud.session("lamp", "other")
    device.publish("lamp/up")
    assert closes_unacked(device)
    device = cloud.session("lamp")
    device.publish_acked("lamp/up")


def test_bad_policies_are_not_stored(cloud):
    path = os.path.join(cloud.folder, "p.json")
    good = statement("iot:Connect", "*")
    for document, word in (
            ("", "JSON"), ("[]", "JSON"), ("{", "JSON"), ("{" * 900, "JSON"),
            ({"Statement": [good]}, "Version"),
            ({"Version": "2008-10-17", "Statement": [good]}, "Version"),
            ({"Version": "2012-10-17"}, "Statement"),
            ({"Version": "2012-10-17", "Statement": []}, "Statement"),
            ({"Version": "2012-10-17", "Statement": [dict(good, Effect="allow")]}, "Effect"),
            ({"Version": "2012-10-17", "Statement": [dict(good, Condition={})]}, "Condition"),
            ({"Version": "2012-10-17", "Statement": [dict(good, Action=[])]}, "empty"),
            ({"Version": "2012-10-17", "Statement": [dict(good, Action=7)]}, "string"),
            ({"Version": "2012-10-17", "Statement": [dict(good, Action="s3:Get")]}, "iot:"),
            ({"Version": "2012-10-17", "Statement": [dict(good, Resource="client/x")]}, "ARN"),
            ({"Version": "2012-10-17", "Statement": [dict(good, Resource="arn:${aws:x}")]}, "variable"),
            ({"Version": "2012-10-17", "Statement": [good] * 40}, "2048")):
        with open(path, "w") as f:
            f.write(document if isinstance(document, str) else json.dumps(document))
        message = cloud.refused("policy", "put", "p", path)
        assert word in message, (document, message)
    assert cloud.admin("policy", "list").split() == ["default"]
    cloud.refused("policy", "put", "../p", path, status=2)
    cloud.refused("policy", "show", "settings.json/../x", status=2)


def test_payload_limit(cloud):
    cloud.active("lamp")
    cloud.start()
    rule = cloud.observer("lamp/#")
    device = cloud.session("lamp")
    device.publish_acked("lamp/big", b"x" * 131072)
    ((_, payload),) = rule.expect()
    assert payload == "x" * 131072
    device.publish("lamp/big", b"x" * 131073)
    assert closes_unacked(device)
    rule.nothing()
    rule.close()
    assert cloud.last("publish")["outcome"] == "payload-too-large"
    assert cloud.last("disconnect")["reason"] == "CLIENT_ERROR"
    device = cloud.session("lamp")
    try:
        device.publish("lamp/big", b"x" * 4000000)
    except Closed:
        pass
    assert device.ends()


def test_topic_limits(cloud):
    cloud.active("lamp")
    cloud.start()
    device = cloud.session("lamp")
    device.publish_acked("lamp/" + "x" * 251)
    device.publish_acked("lamp/2/3/4/5/6/7/8")
    device.publish_acked("$aws/rules/r/1/2/3/4/5/6/7/8")
    assert device.subscribe("lamp/2/3/4/5/6/7/#") == [1]
    for topic, why in (("lamp/" + "x" * 252, "topic-too-long"), ("lamp/2/3/4/5/6/7/8/9", "topic-too-deep"),
                       ("$aws/rules/r/1/2/3/4/5/6/7/8/9", "topic-too-deep")):
        device = cloud.session("lamp")
        device.publish(topic)
        assert closes_unacked(device), topic
        assert cloud.last("publish")["outcome"] == why
    device = cloud.session("lamp")
    device.send(packet(0x82, b"\0\1" + text("lamp/2/3/4/5/6/7/8/#") + b"\1"))
    assert closes_unacked(device)
    assert cloud.last("subscribe")["outcome"] == "topic-too-deep"


def test_qos2_does_not_exist(cloud):
    cloud.active("lamp")
    cloud.start()
    device = cloud.session("lamp")
    assert device.subscribe("lamp/x", qos=2) == [1]
    device.publish("lamp/x", b"", qos=2)
    assert closes_unacked(device)


def test_fifty_subscriptions(cloud):
    cloud.active("lamp")
    cloud.start()
    device = cloud.session("lamp")
    for i in range(50):
        assert device.subscribe("lamp/%d" % i) == [1]
    device.send(packet(0x82, b"\0\x63" + text("lamp/50") + b"\1"))
    assert closes_unacked(device)
    assert cloud.last("subscribe")["outcome"] == "too-many-subscriptions"


def test_client_ids(cloud):
    ident = cloud.active("lamp")
    cloud.policy("any", statement("iot:*", "*"))
    cloud.admin("policy", "attach", ident, "any")
    cloud.start()
    assert cloud.outcome("lamp", "x" * 128) == 0
    assert cloud.outcome("lamp", "x" * 129) == "closed"
    assert cloud.outcome("lamp", "$GEN/x") == "closed"
    client = cloud.client("lamp")
    try:
        assert client.connect("") != 0
    except Closed:
        pass
    assert [c["outcome"] for c in cloud.log("connect")] == ["accepted"] + ["client-id"] * 3
    # Odd ids are legal, and must not break the log or the events.
    for odd in ("a#b", "a/../b", "\u2603\"\\", "%s%n"):
        assert cloud.outcome("lamp", odd) == 0, odd
        assert cloud.last("connect")["clientId"] == odd


def test_duplicate_client_id(cloud):
    """The new one wins; the events tell why the old one went."""
    ident = cloud.active("lamp")
    cloud.start()
    rule = cloud.observer("$aws/events/presence/#")
    first = cloud.session("lamp")
    second = cloud.session("lamp")
    assert first.ends()
    second.ping()
    events = {}
    for topic, payload in rule.expect(3):
        event = json.loads(payload)
        assert topic == "$aws/events/presence/%s/lamp" % event["eventType"], topic
        assert event["clientId"] == "lamp" and event["principalIdentifier"] == ident
        events.setdefault(event["eventType"], []).append(event)
    (gone,) = events["disconnected"]
    assert gone["disconnectReason"] == "DUPLICATE_CLIENTID" and gone["clientInitiatedDisconnect"] is False
    assert gone["sessionIdentifier"] == events["connected"][0]["sessionIdentifier"]
    rule.close()
    second.publish_acked("lamp/x")


def test_connect_rate(cloud):
    """One CONNECT a second for one client id, if asked for; other ids do not suffer."""
    cloud.active("lamp")
    cloud.active("door")
    cloud.admin("set", "connect-rate", "1")
    cloud.start()
    assert cloud.outcome("lamp") == 0
    # A machine that takes a second to connect once more is within the rate: again.
    while cloud.outcome("lamp") == 0:
        first, second = cloud.log("connect")[-2:]
        assert second["time"] - first["time"] >= 1000, (first, second)
    assert cloud.last("connect")["outcome"] == "connect-rate"
    assert cloud.outcome("door") == 0
    time.sleep(1.05)
    assert cloud.outcome("lamp") == 0


def test_retain(cloud):
    """Retaining needs a permission of its own, and reaches a later subscriber."""
    ident = cloud.active("lamp")
    cloud.start()
    device = cloud.session("lamp")
    device.publish_acked("lamp/last", b"7", retain=True)
    device.disconnect()
    device = cloud.session("lamp")
    device.subscribe("lamp/last")
    assert device.message() == ("lamp/last", b"7")
    cloud.policy("plain", statement(["iot:Connect", "iot:Publish"], "*"))
    cloud.admin("policy", "attach", ident, "plain")
    cloud.admin("policy", "detach", ident, "default")
    device.publish_acked("lamp/last", b"8")
    device.publish("lamp/last", b"8", retain=True)
    assert closes_unacked(device)


def test_in_flight(cloud):
    """At most 100 unacknowledged messages go to a client."""
    cloud.active("lamp")
    pump = cloud.active("pump")
    cloud.policy("feed", statement("iot:Publish", "topic/lamp/*"))
    cloud.admin("policy", "attach", pump, "feed")
    cloud.start()
    lamp, pump = cloud.session("lamp"), cloud.session("pump")
    lamp.subscribe("lamp/down")
    for i in range(120):
        pump.publish_acked("lamp/down", b"%d" % i)
    got = 0
    try:
        while True:
            kind, _, _ = lamp.read(0.5)
            got += kind == 3
    except Silent:
        pass
    assert got == 100, got
    lamp.send(packet(PUBACK << 4, b"\0\1"))
    assert lamp.read(2)[0] == 3
