# SPDX-FileCopyrightText: 2026 The ecc508a authors
# SPDX-License-Identifier: Apache-2.0
"""From the first contact to a session, and everything a cloud and a network can answer instead."""
import contextlib
import json
import re
import socket
import subprocess
import threading
import time

import rig


def test_jitr_cycle(b):
    """Refused, announced, activated, accepted: seen at both ends."""
    b.cloud.start()
    watcher = b.cloud.observer("$aws/events/#")
    b.start()
    ident = rig.certificate_id(b.pki.path("dev.pem"))
    text = b.state("pending activation")
    assert ident[:16] in text and "not activated" in text, text
    topic, payload = watcher.expect()[0]
    assert topic == "$aws/events/certificates/registered/" + b.cloud.ca_id, topic
    assert json.loads(payload)["certificateId"] == ident
    status = b.status()
    assert status["identity"]["certificate_id"] == ident
    assert status["identity"]["ca_certificate_id"] == b.cloud.ca_id
    assert 0 < status["retry_s"] <= 3
    b.cloud.activate(ident)
    b.state("connected")
    seen, status = b.cloud.last("connect"), b.status()
    assert seen["outcome"] == "accepted" and seen["clientId"] == "dev" and seen["sni"] == "localhost", seen
    assert seen["chainLength"] == 2, seen
    assert (seen["tlsVersion"], seen["cipher"]) == (status["tls"]["version"], status["tls"]["suite"])
    assert status["tls"]["signatures"] == status["counters"]["attempts"] == len(b.cloud.log("connect"))
    assert status["counters"]["connects"] == 1
    assert "development key" in b.log()


def test_tls12_only(b):
    b.cloud.start("--tls", "1.2")
    b.connect()
    assert b.cloud.last("connect")["tlsVersion"] == b.status()["tls"]["version"] == "TLSv1.2"


def test_alpn(b):
    """The name that port 443 needs reaches the broker; without it none is sent."""
    b.config(server_alpn="x-amzn-mqtt-ca")
    b.connect()
    assert b.cloud.last("connect")["alpn"] == "x-amzn-mqtt-ca"
    b.stop()
    b.config()
    b.start().state("connected")
    assert b.cloud.last("connect")["alpn"] == ""


def test_revoked_while_connected(b):
    ident = b.connect()
    b.cloud.admin("revoke", ident)
    text = b.state("pending activation")
    assert "revoked" in text
    assert b.cloud.last("connect")["outcome"] == "revoked"


def test_inactive_then_active(b):
    ident = b.connect()
    b.cloud.admin("deactivate", ident)
    b.state("pending activation")
    b.cloud.activate(ident)
    b.state("connected")


def test_unknown_ca(b):
    """AWS finishes the handshake and hangs up; other brokers send an alert, which is better news."""
    b.cloud.start()
    b.config("foreign")
    b.start()
    b.state("pending activation")
    assert b.cloud.last("connect")["outcome"] == "unknown-ca"


def strict(b, tls):
    b.cloud.start("--strict-tls", "--tls", tls)
    b.config("foreign")
    b.start()
    text = b.state("certificate refused")
    assert "unknown ca" in text.lower() and "register the signer CA" in text, text


def test_unknown_ca_alert_tls12(b):
    strict(b, "1.2")


def test_unknown_ca_alert_tls13(b):
    strict(b, "1.3")


def test_policy_denies_connect(b):
    ident = b.connect()
    b.stop()
    b.cloud.policy("nothing", rig.statement("iot:Connect", "client/other"))
    b.cloud.admin("policy", "attach", ident, "nothing")
    b.cloud.admin("policy", "detach", ident, "default")
    b.start()
    assert "policy denies connect" in b.state("pending activation")
    assert b.cloud.last("connect")["outcome"] == "policy"


def test_broker_not_running(b):
    b.config()
    b.start()
    text = b.state("broker unreachable")
    assert "refuses connections" in text and str(b.cloud.port) in text, text
    # and it comes back by itself
    b.cloud.start()
    b.cloud.admin("register-cert", b.pki.path("dev.pem"))
    b.cloud.activate(rig.certificate_id(b.pki.path("dev.pem")))
    b.state("connected")


def test_unknown_host(b):
    b.config(server_host="broker.invalid")
    b.start()
    text = b.state("no network", 60)
    assert "broker.invalid" in text and "DNS" in text, text


def silent_server(b):
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(5)
    b.config(server_port=listener.getsockname()[1], mqtt_connect_timeout=1)
    b.start()
    return listener


def test_server_is_silent(b):
    listener = silent_server(b)
    assert "does not answer in TLS" in b.state("handshake failed")
    listener.close()


def mail_server(b, waits):
    """A server that greets in words; at once, or after it was spoken to."""
    def serve():
        while True:
            with listener.accept()[0] as conn, contextlib.suppress(ConnectionError):
                if waits:
                    conn.recv(1000)
                conn.send(b"220 mail.example ESMTP\r\n")
                conn.recv(1000)

    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(5)
    b.config(server_port=listener.getsockname()[1])
    threading.Thread(target=serve, daemon=True).start()
    b.start()
    return listener


def test_server_speaks_something_else(b):
    with mail_server(b, waits=True):
        assert "check that the port speaks TLS" in b.state("handshake failed")


def test_server_speaks_something_else_first(b):
    with mail_server(b, waits=False):
        assert "check that the port speaks TLS" in b.state("handshake failed")


def test_server_of_another_ca(b):
    b.cloud.start()
    b.config(server_ca_file=b.pki.path("root.pem"))
    b.start()
    text = b.state("server not trusted")
    assert b.pki.path("root.pem") in text and "ca_file" in text, text
    # Nothing about the device has been told to that server.
    assert not b.cloud.log("connect")


def test_no_such_ca_file(b):
    b.config(server_ca_file="/nonexistent/ca.pem")
    assert "/nonexistent/ca.pem" in b.check()
    b.start()
    assert "/nonexistent/ca.pem" in b.state("server not trusted")


def openssl_server(b, *options, name="localhost"):
    return subprocess.Popen(
        ("openssl", "s_server", "-accept", str(b.cloud.port), "-cert", b.pki.path(name + ".pem"), "-key",
         b.pki.path(name + ".key"), "-quiet") + options, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL)


def test_server_certificate_from_the_future(b):
    """What a board sees whose clock stands still: said as such."""
    b.pki.dated("localhost", "20400101000000Z", "20450101000000Z")
    b.config(server_ca_file=b.pki.path("root.pem"))
    server = openssl_server(b, "-cert_chain", b.pki.path("signer.pem"))
    try:
        b.start()
        text = b.state("clock wrong")
        assert "set the clock" in text, text
    finally:
        server.kill()
        server.wait()


def test_server_of_another_name(b):
    b.pki.dated("other.example", "20250101000000Z", "20450101000000Z")
    b.config(server_ca_file=b.pki.path("root.pem"))
    server = openssl_server(b, "-cert_chain", b.pki.path("signer.pem"), name="other.example")
    try:
        b.start()
        text = b.state("server not trusted")
        assert "not for the name localhost" in text, text
    finally:
        server.kill()
        server.wait()


def test_signer_alone_is_no_root(b):
    """A server is not trusted for the sake of an intermediate certificate in ca_file (no partial chains)."""
    b.pki.dated("localhost", "20250101000000Z", "20450101000000Z")
    b.config(server_ca_file=b.pki.path("signer.pem"))
    server = openssl_server(b)
    try:
        b.start()
        assert b.pki.path("signer.pem") in b.state("server not trusted")
    finally:
        server.kill()
        server.wait()


def test_schedule(b):
    """Pending: quick at first, never faster than once a second, and with jitter."""
    b.cloud.start()
    b.config(mqtt_retry_max=300)
    b.start()
    b.until(lambda: len(b.cloud.log("connect")) >= 4)
    times = [line["time"] / 1000 for line in b.cloud.log("connect")]
    # How long it says it waits; a busy machine only adds to that.
    delays = [float(said) for said in re.findall(r"next try in ([0-9.]+) s", b.log())]
    gaps = [later - earlier for earlier, later in zip(times, times[1:])]
    for gap, delay, step in zip(gaps, delays, (2, 4, 8)):
        assert max(1, step / 2) <= delay <= step and gap > delay - 0.2, (gaps, delays)
    assert len({round(delay / step, 2) for delay, step in zip(delays, (2, 4, 8))}) > 1, delays


def test_connack_never_comes(b):
    b.cloud.start()
    b.cloud.admin("set", "fault-drop-connack", "-1")
    b.config(mqtt_connect_timeout=1)
    b.cloud.admin("register-cert", b.pki.path("dev.pem"))
    b.cloud.activate(rig.certificate_id(b.pki.path("dev.pem")))
    b.start()
    assert "does not answer CONNECT" in b.state("pending activation")
    b.cloud.admin("set", "fault-drop-connack", "0")
    b.state("connected")


def test_two_devices_one_client_id(b):
    b.connect()
    for _ in range(4):
        b.until(lambda: b.status()["state"] == "connected")
        other = b.cloud.client("dev")
        other.connect("dev")
        time.sleep(0.1)
        other.close()
        b.until(lambda: b.status()["state"] != "connected" or "same client id" in b.log())
    b.logged("another device may use the same client id")
