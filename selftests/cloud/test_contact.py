# SPDX-FileCopyrightText: 2026 The ecc508a authors
# SPDX-License-Identifier: Apache-2.0
"""First contact, and who gets in afterwards."""
import json
import os
import ssl
import subprocess
import time

from mqtt import Closed, tls_context, Client
from rig import certificate_id, run

TLS12, TLS13 = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3


def test_whole_cycle(cloud):
    """Refused, registered, announced, announced again, activated, accepted, a message each way."""
    ident = cloud.pki.device("lamp")
    ca_id = certificate_id(cloud.pki.path("signer.pem"))
    assert cloud.ca_id == ca_id
    cloud.start()
    rule = cloud.observer("$aws/events/certificates/#")

    before = int(time.time() * 1000)
    assert cloud.outcome("lamp") == "closed"
    ((topic, payload),) = rule.expect()
    assert topic == "$aws/events/certificates/registered/" + ca_id, topic
    event = json.loads(payload)
    assert list(event) == ["certificateId", "caCertificateId", "timestamp", "certificateStatus", "awsAccountId",
                           "certificateRegistrationTimestamp"], list(event)
    assert event["certificateId"] == ident and event["caCertificateId"] == ca_id
    assert event["certificateStatus"] == "PENDING_ACTIVATION" and event["awsAccountId"] == "123456789012"
    assert isinstance(event["timestamp"], int) and before <= event["timestamp"] <= time.time() * 1000 + 1
    first_time = event["certificateRegistrationTimestamp"]
    assert isinstance(first_time, str) and before <= int(first_time) <= event["timestamp"]

    assert cloud.outcome("lamp") == "closed"
    ((_, payload),) = rule.expect()
    again = json.loads(payload)
    assert again["certificateRegistrationTimestamp"] == first_time and again["timestamp"] >= event["timestamp"]
    assert cloud.admin("wait", "--status", "PENDING_ACTIVATION").strip() == ident

    cloud.activate(ident)
    rule.close()
    rule = cloud.observer("lamp/#")
    device = cloud.session("lamp")
    assert device.subscribe("lamp/down") == [1]
    device.publish_acked("lamp/up", b"light")
    assert rule.expect() == [("lamp/up", "light")]
    rule.close()
    rule.send("lamp/down", "off")
    assert device.message() == ("lamp/down", b"off")
    device.disconnect()
    cloud.until(lambda: cloud.log("disconnect"))
    assert cloud.last("disconnect")["reason"] == "CLIENT_INITIATED_DISCONNECT"
    assert [c["outcome"] for c in cloud.log("connect")] == ["registered", "pending-activation", "accepted"]


def test_log_shows_the_key(cloud):
    """Public key, subject, serial number and TLS facts of the log are openssl's."""
    cloud.active("lamp")
    cloud.start()
    cloud.session("lamp", high=TLS12).disconnect()
    cloud.session("lamp", low=TLS13).disconnect()
    pem = cloud.pki.path("lamp.pem")
    der = subprocess.run(("openssl", "pkey", "-pubin", "-outform", "DER"), stdout=subprocess.PIPE, check=True,
                         input=run("openssl", "x509", "-in", pem, "-pubkey", "-noout").encode()).stdout
    serial = run("openssl", "x509", "-in", pem, "-serial", "-noout").strip().split("=")[1].lower()
    old, new = cloud.log("connect")
    for line in (old, new):
        assert line["publicKey"] == der.hex() and line["subject"] == "CN=lamp" and line["serialNumber"] == serial
        assert line["sni"] == "localhost" and line["chainLength"] == 2 and 0 < line["handshakeMs"] < 5000
        assert line["thingName"] == "lamp" and line["clientId"] == "lamp" and line["certificateId"] == certificate_id(pem)
    assert (old["tlsVersion"], new["tlsVersion"]) == ("TLSv1.2", "TLSv1.3"), (old, new)
    assert old["cipher"].startswith("ECDHE-ECDSA-") and new["cipher"].startswith("TLS_"), (old, new)


def test_leaf_only(cloud):
    """A device that sends no chain is registered too: the signer is known, its root is not."""
    ident = cloud.pki.device("lamp")
    cloud.start()
    ctx = tls_context(cloud.server_ca(), cloud.pki.path("lamp.pem"), cloud.pki.path("lamp.key"))
    try:
        Client(cloud.port, ctx).connect("lamp")
        raise AssertionError("CONNACK")
    except Closed:
        pass
    assert cloud.last("connect")["outcome"] == "registered" and cloud.last("connect")["chainLength"] == 1
    assert ident in cloud.admin("list", "--ids")


def test_mosquitto_pub(cloud):
    """The stock client: 7 (connection lost) until activation, then 0."""
    ident = cloud.pki.device("lamp")
    cloud.start()
    args = ("mosquitto_pub", "-h", "localhost", "-p", str(cloud.port), "--cafile", cloud.server_ca(), "--cert",
            cloud.pki.path("lamp-chain.pem"), "--key", cloud.pki.path("lamp.key"), "-i", "lamp", "-q", "1", "-t",
            "lamp/up", "-m", "hello")
    for version in ("mqttv311", "mqttv5"):
        assert subprocess.run(args + ("-V", version), stderr=subprocess.DEVNULL, check=False).returncode == 7
    cloud.activate(ident)
    for version in ("mqttv311", "mqttv5"):
        run(*args, "-V", version)
    assert [p["outcome"] for p in cloud.log("publish")] == ["accepted"] * 2


def test_openssl_sees_a_whole_handshake(cloud):
    """A certificate nobody knows: TLS itself succeeds in both versions, as at AWS."""
    cloud.pki.device("lamp")
    cloud.start()
    for version in ("-tls1_2", "-tls1_3"):
        out = run("openssl", "s_client", "-connect", "localhost:%d" % cloud.port, "-CAfile", cloud.server_ca(),
                  "-verify_return_error", "-verify_hostname", "localhost", "-cert", cloud.pki.path("lamp.pem"), "-key",
                  cloud.pki.path("lamp.key"), "-cert_chain", cloud.pki.path("signer.pem"), version, input="")
        assert "Verify return code: 0 (ok)" in out and "Verification: OK" in out, out
        # Every connect must cost a signature: no ticket, no session to resume.
        assert "TLS session ticket:" not in out and "Reused" not in out, out


def test_alpn(cloud):
    cloud.active("lamp")
    cloud.start()
    client = cloud.session("lamp", alpn=["x-amzn-mqtt-ca"])
    assert client.sock.selected_alpn_protocol() == "x-amzn-mqtt-ca"
    client.disconnect()
    assert cloud.last("connect")["alpn"] == "x-amzn-mqtt-ca"
    assert cloud.outcome("lamp", alpn=["http/1.1"]) == "no handshake"


def test_no_client_certificate(cloud):
    cloud.start()
    # In TLS 1.3 a client learns of the refusal only after its own handshake.
    try:
        Client(cloud.port, tls_context(cloud.server_ca())).connect("lamp")
        raise AssertionError("let in without a certificate")
    except (Closed, OSError):
        pass
    assert not cloud.log("connect")


def test_no_sni(cloud):
    cloud.active("lamp")
    cloud.start()
    assert cloud.outcome("lamp", sni=False) == "closed"
    assert cloud.last("connect")["outcome"] == "no-sni"
    cloud.admin("set", "require-sni", "0")
    assert cloud.outcome("lamp", sni=False) == 0


def test_unknown_ca(cloud):
    """A stranger's chain; the root of our own signer; a sister of our signer; a forged issuer name."""
    pki = cloud.pki
    pki.key("stranger")
    pki.openssl("req", "-x509", "-new", "-key", "stranger.key", "-subj", "/CN=Stranger", "-days", "9", "-out", "stranger.pem")
    pki.ca("sister", "root", "/O=Test/CN=Sister")
    pki.key("forger")
    pki.openssl("req", "-x509", "-new", "-key", "forger.key", "-subj", "/O=Test/CN=Signer FFFF", "-days", "9", "-out", "forger.pem")
    cloud.start()
    for issuer in ("stranger", "root", "sister", "forger"):
        pki.device("by-" + issuer, issuer)
        assert cloud.outcome("by-" + issuer) == "closed", issuer
        assert cloud.last("connect")["outcome"] == "unknown-ca", issuer
    assert cloud.admin("list") == ""


def test_strict_tls(cloud):
    """--strict-tls: unknown CAs fail in the handshake; a known signer works without its root."""
    pki = cloud.pki
    pki.device("by-root", "root")
    cloud.active("lamp")
    cloud.start("--strict-tls", "--tls", "1.2")
    assert cloud.outcome("by-root") == "no handshake"
    assert cloud.outcome("lamp") == 0


def test_without_shim(cloud):
    """Plain mosquitto and the plugin: the cycle works, and the log has no TLS fields."""
    cloud.pki.device("lamp")
    cloud.start("--no-shim")
    assert cloud.outcome("lamp") == "closed"
    assert cloud.last("connect")["outcome"] == "registered" and "tlsVersion" not in cloud.last("connect")
    cloud.activate(cloud.admin("list", "--ids").strip())
    cloud.session("lamp").disconnect()


def test_tls_version_option(cloud):
    cloud.active("lamp")
    cloud.start("--tls", "1.2")
    assert cloud.outcome("lamp", low=TLS13) == "no handshake"
    cloud.session("lamp").disconnect()
    cloud.stop()
    cloud.start("--tls", "1.3")
    assert cloud.outcome("lamp", high=TLS12) == "no handshake"
    cloud.session("lamp").disconnect()


def test_host_name(cloud):
    """The server certificate carries the name, and only then does a client accept it."""
    cloud.active("lamp")
    cloud.start("--host-name", "abc-ats.iot.us-east-1.amazonaws.com")
    cloud.session("lamp", host="abc-ats.iot.us-east-1.amazonaws.com").disconnect()
    assert cloud.last("connect")["sni"] == "abc-ats.iot.us-east-1.amazonaws.com"
    assert cloud.outcome("lamp", host="xyz-ats.iot.us-east-1.amazonaws.com") == "no handshake"
    before = certificate_id(cloud.server_ca())
    cloud.stop()
    cloud.start()
    cloud.session("lamp").disconnect()
    assert certificate_id(cloud.server_ca()) == before


def test_dates(cloud):
    """Expired and not yet valid: at first contact, and when it is ACTIVE already."""
    cloud.pki.dated("old", "20200101000000Z", "20210101000000Z")
    cloud.pki.dated("young", "20990101000000Z", "20991231000000Z")
    cloud.start()
    for name, why in (("old", "expired"), ("young", "not-yet-valid")):
        assert cloud.outcome(name) == "closed" and cloud.last("connect")["outcome"] == why
    assert cloud.admin("list") == ""
    cloud.admin("register-cert", cloud.pki.path("old.pem"), "--active")
    assert cloud.outcome("old") == "closed" and cloud.last("connect")["outcome"] == "expired"


def test_inactive_and_revoked(cloud):
    """Both refuse the next connect and cut the present one; activation brings it back."""
    ident = cloud.active("lamp")
    cloud.start()
    for verb, why in (("deactivate", "inactive"), ("revoke", "revoked")):
        device = cloud.session("lamp")
        cloud.admin(verb, ident[:12])
        assert device.ends(), verb
        cloud.until(lambda: cloud.last("disconnect")["reason"] == "SERVER_INITIATED_DISCONNECT")
        assert cloud.outcome("lamp") == "closed" and cloud.last("connect")["outcome"] == why
        cloud.activate(ident)
    cloud.session("lamp").disconnect()


def test_ca_status(cloud):
    cloud.pki.device("lamp")
    cloud.active("door")
    cloud.start()
    cloud.admin("update-ca", cloud.ca_id, "--auto-registration", "off")
    assert cloud.outcome("lamp") == "closed" and cloud.last("connect")["outcome"] == "auto-registration-disabled"
    cloud.admin("update-ca", cloud.ca_id, "--auto-registration", "on", "--status", "INACTIVE")
    assert cloud.outcome("lamp") == "closed" and cloud.last("connect")["outcome"] == "ca-inactive"
    # What is registered already does not depend on its CA.
    assert cloud.outcome("door") == 0
    cloud.admin("update-ca", cloud.ca_id, "--status", "ACTIVE")
    assert cloud.outcome("lamp") == "closed" and cloud.last("connect")["outcome"] == "registered"


def test_register_ca_while_running(cloud):
    """With mosquitto's own checking the new CA must reach its cafile."""
    pki = cloud.pki
    pki.ca("second", "root", "/O=Test/CN=Second")
    pki.device("late", "second")
    cloud.start("--strict-tls", "--tls", "1.2")
    assert cloud.outcome("late") == "no handshake"
    cloud.admin("register-ca", pki.path("second.pem"))
    cloud.until(lambda: cloud.outcome("late") == "closed")
    assert cloud.last("connect")["outcome"] == "registered"


def test_register_ca_input(cloud):
    """DER is fine; a leaf, a key, garbage, an expired CA, a weak key are not."""
    pki = cloud.pki
    pki.device("lamp")
    pki.openssl("x509", "-in", "signer.pem", "-outform", "DER", "-out", "signer.der")
    assert cloud.admin("register-ca", pki.path("signer.der")).strip() == cloud.ca_id
    assert len(cloud.admin("list-cas").splitlines()) == 1
    assert "no CA certificate" in cloud.refused("register-ca", pki.path("lamp.pem"))
    assert "no certificate in it" in cloud.refused("register-ca", pki.path("signer.key"))
    pki.dated("oldca", "20200101000000Z", "20210101000000Z", "root", ("-extfile", "ca.ext"))
    assert "expired" in cloud.refused("register-ca", pki.path("oldca.pem"))
    pki.openssl("genrsa", "-out", "weak.key", "1024")
    pki.ca("weak", "root", "/CN=Weak")
    assert "2048" in cloud.refused("register-ca", pki.path("weak.pem"))
    with open(pki.path("noise"), "wb") as f:
        f.write(os.urandom(3000))
    cloud.refused("register-ca", pki.path("noise"))
    cloud.refused("register-ca", pki.path("absent"))
    with open(pki.path("huge"), "wb") as f:
        f.truncate(300000)
    assert "too large" in cloud.refused("register-ca", pki.path("huge"))


def test_verification_certificate(cloud):
    """The proof of possession of AWS's DEFAULT mode."""
    pki, code = cloud.pki, cloud.admin("registration-code").strip()
    assert len(code) == 64 and int(code, 16)
    pki.sign("proof", "signer", "/CN=" + code)
    pki.sign("noproof", "signer", "/CN=" + "0" * 64)
    pki.sign("other", "root", "/CN=" + code)
    signer = pki.path("signer.pem")
    cloud.admin("register-ca", signer, "--verification-cert", pki.path("proof.pem"))
    assert "registration code" in cloud.refused("register-ca", signer, "--verification-cert", pki.path("noproof.pem"))
    assert "not signed" in cloud.refused("register-ca", signer, "--verification-cert", pki.path("other.pem"))


def test_activation_by_delay(cloud):
    ident = cloud.pki.device("lamp")
    cloud.admin("set", "activate-after-ms", "700")
    cloud.start()
    start = time.monotonic()
    assert cloud.outcome("lamp") == "closed"
    cloud.admin("wait", ident[:8], "--status", "ACTIVE", "--timeout", "60")
    assert time.monotonic() - start > 0.6
    cloud.session("lamp").disconnect()


def test_activation_by_tries(cloud):
    cloud.pki.device("lamp")
    cloud.pki.device("door")
    cloud.admin("set", "activate-after-tries", "3")
    cloud.start()
    assert [cloud.outcome("lamp") for _ in range(4)] == ["closed"] * 3 + [0]
    cloud.admin("set", "activate-after-tries", "1")
    assert [cloud.outcome("door") for _ in range(2)] == ["closed", 0]


def test_same_key_new_certificate(cloud):
    """For AWS another certificate of the same key is another certificate."""
    first = cloud.active("lamp")
    cloud.start()
    assert cloud.outcome("lamp") == 0
    second = cloud.pki.device("lamp")
    assert first != second
    assert cloud.outcome("lamp") == "closed" and cloud.last("connect")["outcome"] == "registered"
    assert cloud.last("connect")["publicKey"] == cloud.log("connect")[0]["publicKey"]


def test_delete_begins_anew(cloud):
    ident = cloud.active("lamp")
    cloud.start()
    assert cloud.outcome("lamp") == 0
    cloud.admin("delete", ident)
    assert cloud.outcome("lamp") == "closed" and cloud.last("connect")["outcome"] == "registered"


def test_hostile_subject(cloud):
    """Control characters, quotes and shell text in a subject reach log and list escaped, and never a thing's name."""
    cloud.pki.device("evil", subject="/CN=\x1b[2Ja\nb\"$(id)\\/O=\u2603")
    cloud.start()
    assert cloud.outcome("evil") == "closed"
    ident = cloud.admin("list", "--ids").strip()
    line = cloud.admin("list")
    assert line.count("\n") == 1 and "\x1b" not in line and line.isascii(), line
    cloud.activate(ident)
    assert json.loads(cloud.admin("show", ident))["thingName"] == ""
    assert cloud.outcome("evil") == "closed" and cloud.last("connect")["outcome"] == "policy"
