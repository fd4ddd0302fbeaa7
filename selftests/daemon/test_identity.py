# SPDX-FileCopyrightText: 2026 The ecc508a authors
# SPDX-License-Identifier: Apache-2.0
"""Keys and certificates that do not fit: each is refused with cause and remedy, by --check-config and by the daemon."""
import os
import shutil


def refused(b, state, *words):
    """The same sentence at both places."""
    said = b.check()
    b.start()
    text = b.state(state)
    for word in words:
        assert word in said, "not in the check: %r in %r" % (word, said)
        assert word in text, "not in the status: %r in %r" % (word, text)
    assert state in said, said
    # It still serves local programs: what they say is kept until the identity is repaired.
    assert b.link().publish("dev/up", "kept").startswith("OK ")
    return text


def test_check_good(b):
    text = b.check(status=0)
    assert "CN=dev" in text and "development key" in text, text


def test_certificate_of_another_key(b):
    b.config("foreign", identity_key=b.pki.path("dev.key"))
    refused(b, "identity unusable", "is not for the key", b.pki.path("foreign-chain.pem"), "CN=foreign",
            "use the certificate made from this key's request")
    # Nothing was tried with it.
    assert b.status()["counters"]["connects"] == 0


def test_expired(b):
    b.pki.dated("old", "20200101000000Z", "20210101000000Z")
    b.config("old")
    refused(b, "identity unusable", "has expired on 2021-01-01T00:00:00Z", "have a new one signed")


def test_not_yet_valid(b):
    b.pki.dated("future", "20450101000000Z", "20460101000000Z")
    b.config("future")
    refused(b, "clock wrong", "not valid before 2045-01-01T00:00:00Z", "set the clock")


def chain(b, *parts):
    path = os.path.join(b.folder, "chain.pem")
    with open(path, "w") as out:
        for part in parts:
            with open(b.pki.path(part + ".pem")) as f:
                out.write(f.read())
    b.config(identity_certificate=path)


def test_wrong_order(b):
    chain(b, "signer", "dev")
    refused(b, "identity unusable", "wrong order", "number 2", "must be the first")


def test_wrong_signer(b):
    chain(b, "dev", "stranger")
    refused(b, "identity unusable", "wrong order", "certificate 2 must be its signer", "Signer FFFF")


def test_signer_rebuilt_wrong(b):
    """The right name, another key: what a wrong slot makes of a compressed certificate."""
    b.pki.key("impostor")
    b.pki.ca("impostor", "root", "/O=Test/CN=Signer FFFF")
    chain(b, "dev", "impostor")
    refused(b, "identity unusable", "did not sign certificate 1")


def test_signer_is_no_ca(b):
    b.pki.device("leaf2", issuer="signer")
    b.pki.sign("below", "leaf2", "/CN=below")
    shutil.copy(b.pki.path("below.key"), b.pki.path("chain.key"))
    chain(b, "below", "leaf2")
    path = os.path.join(b.folder, "chain.pem")
    b.config(identity_certificate=path, identity_key=b.pki.path("below.key"))
    refused(b, "identity unusable", "not one of a CA")


def test_damaged_certificate(b):
    path = os.path.join(b.folder, "chain.pem")
    with open(b.pki.path("dev-chain.pem")) as f:
        text = f.read()
    for bad, words in (("", "has no certificate"), ("hello\n", "has no certificate"),
                       (text[:300] + "!" + text[301:], "certificate 1"), (text[:-40], "certificate 2")):
        with open(path, "w") as f:
            f.write(bad)
        b.config(identity_certificate=path)
        said = b.check()
        assert words in said and path in said, said


def test_not_provisioned_yet(b):
    """The files come later: it starts by itself when they are there."""
    missing = os.path.join(b.folder, "later.pem")
    b.config(identity_certificate=missing)
    refused(b, "not provisioned", missing, "put the signed certificate")
    shutil.copy(b.pki.path("dev-chain.pem"), missing)
    b.cloud.start()
    b.process.send_signal(1)  # SIGHUP: look now
    b.state("pending activation")


def test_bad_key_files(b):
    path = os.path.join(b.folder, "key.pem")
    with open(b.pki.path("dev.key")) as f:
        text = f.read()
    for bad in ("", "hello", text.replace("M", "N", 1), text[:100]):
        with open(path, "w") as f:
            f.write(bad)
        b.config(identity_key=path)
        said = b.check()
        assert "neither a key reference" in said and path in said, said
    b.config(identity_key="/nonexistent/key.pem")
    assert "/nonexistent/key.pem" in b.check()
    b.config(identity_key="/dev/zero")
    assert "/dev/zero" in b.check()


def test_encrypted_key(b):
    """There is nobody to ask for a passphrase: refused, not stuck."""
    path = os.path.join(b.folder, "key.pem")
    b.pki.openssl("ec", "-in", "dev.key", "-aes128", "-passout", "pass:x", "-out", path)
    b.config(identity_key=path)
    assert "without a passphrase" in b.check()


def test_damaged_reference(b):
    """Key references that are empty, cut, or not one."""
    path = os.path.join(b.folder, "key.ref")
    for body in ("", "AAAA\n", "MFQCAQEECQEjkZbl2dMl7gIBAARBBPmHKYU/1rv6a8cZxa/2mf7tHdCX\n", "!!!!\n"):
        with open(path, "w") as f:
            f.write("-----BEGIN ECC508A KEY REFERENCE-----\n%s-----END ECC508A KEY REFERENCE-----\n" % body)
        b.config(identity_key=path)
        assert path in b.check()


def test_reload_takes_the_new_certificate(b):
    """SIGHUP after a renewal: a new certificate of the same key, at once."""
    path = os.path.join(b.folder, "live.pem")
    shutil.copy(b.pki.path("dev-chain.pem"), path)
    b.config(identity_certificate=path)
    first = b.connect()
    b.pki.key("renewed")
    shutil.copy(b.pki.path("dev.key"), b.pki.path("renewed.key"))
    second = b.pki.device("renewed", subject="/CN=dev")
    b.cloud.admin("register-cert", b.pki.path("renewed.pem"))
    b.cloud.activate(second, "--thing", "dev")
    shutil.copy(b.pki.path("renewed-chain.pem"), path)
    b.process.send_signal(1)
    b.until(lambda: b.status()["identity"]["certificate_id"] == second and b.status()["state"] == "connected")
    assert first != second and b.cloud.last("connect")["certificateId"] == second
