# SPDX-FileCopyrightText: 2026 The ecc508a authors
# SPDX-License-Identifier: Apache-2.0
"""With the key in a chip (the emulator, through its socket)."""
import base64
import os
import re

P = 2**256 - 2**224 + 2**192 + 2**96 - 1
G = (0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
     0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5)


def add(p, q):
    """Points of P-256 (SEC 1, 2.2.1); None is the point at infinity."""
    if p is None or q is None:
        return p or q
    if p[0] == q[0] and (p[1] + q[1]) % P == 0:
        return None
    if p == q:
        slope = 3 * (p[0] - 1) * (p[0] + 1) * pow(2 * p[1], -1, P)
    else:
        slope = (q[1] - p[1]) * pow(q[0] - p[0], -1, P)
    x = (slope * slope - p[0] - q[0]) % P
    return x, (slope * (p[0] - x) - p[1]) % P


DOUBLES = [G]
while len(DOUBLES) < 256:
    DOUBLES.append(add(DOUBLES[-1], DOUBLES[-1]))


def public(scalar):
    point = None
    for i, double in enumerate(DOUBLES):
        if scalar >> i & 1:
            point = add(point, double)
    return point


def private_key(b):
    """The 32 bytes of the chip's key: found in the emulator's EEPROM by the public key they belong to."""
    with open(b.reference) as f:
        der = base64.b64decode("".join(f.read().split("\n")[1:-2]))
    point = int.from_bytes(der[-64:-32], "big"), int.from_bytes(der[-32:], "big")
    with open(b.chip_state) as f:
        text = f.read()
    for run in re.findall("[0-9a-f]{64,}", text):
        memory = bytes.fromhex(run[: len(run) // 2 * 2])
        # Private keys lie at the beginning of a slot, behind 4 bytes of padding.
        for at in range(0, len(memory) - 31, 4):
            scalar = int.from_bytes(memory[at:at + 32], "big")
            if scalar and public(scalar) == point:
                return memory[at:at + 32]
    raise AssertionError("the key is not in the EEPROM")


def memory_of(pid):
    """Everything the process can read, file mappings included."""
    with open("/proc/%d/maps" % pid) as maps, open("/proc/%d/mem" % pid, "rb") as mem:
        for line in maps:
            span, flags = line.split()[:2]
            first, last = (int(part, 16) for part in span.split("-"))
            if "r" not in flags or line.rstrip().endswith(("[vvar]", "[vsyscall]", "[vvar_vclock]")):
                continue
            if last - first > 1 << 30:  # a sanitizer's shadow; never all there
                continue
            try:
                mem.seek(first)
                yield line, mem.read(last - first)
            except OSError:
                continue


def forms(key):
    """How a key may show itself."""
    text = key.hex().encode()
    return key, key[::-1], text, text.upper(), base64.b64encode(key)[:42], base64.b64encode(b"\0" + key)[4:40], \
        base64.b64encode(b"\0\0" + key)[4:40]


def connect(b, ident, key=None):
    b.config(identity_key=key or b.reference, identity_certificate=b.chain)
    if not b.cloud.running:
        b.cloud.start()
        b.cloud.admin("register-cert", os.path.join(b.folder, "chip.pem"))
        b.cloud.activate(ident)
    b.start()
    b.state("connected")


def one_signature(b, tls):
    ident = b.chip()
    b.cloud.start("--tls", tls)
    before = b.signatures()
    b.config(identity_key=b.reference, identity_certificate=b.chain)
    b.start()
    b.state("pending activation")
    b.cloud.activate(ident)
    b.state("connected")
    handshakes = len(b.cloud.log("connect"))
    assert handshakes >= 2
    assert b.signatures() - before == handshakes == b.status()["tls"]["signatures"], (b.signatures(), handshakes)
    public_key = b.pki.openssl("x509", "-in", os.path.join(b.folder, "chip.pem"), "-noout", "-pubkey")
    der = base64.b64decode("".join(public_key.strip().split("\n")[1:-1]))
    assert b.cloud.last("connect")["publicKey"].lower() == der.hex()
    status = b.status()
    assert 0 < status["tls"]["chip_ms"] <= status["tls"]["handshake_ms"]
    assert not status["identity"]["development_key"]


def test_chip_one_signature_tls12(b):
    one_signature(b, "1.2")


def test_chip_one_signature_tls13(b):
    one_signature(b, "1.3")


def test_chip_time(b):
    """With the real duration of a signature: 42 ms is typical."""
    ident = b.chip("/CN=chip-1", "--time", "real,typ")
    connect(b, ident)
    assert b.status()["tls"]["chip_ms"] >= 42, b.status()["tls"]


def test_chip_uri(b):
    ident = b.chip()
    connect(b, ident, "ecc508a:slot=0")
    b.stop()
    connect(b, ident, "ecc508a:")


def test_chip_key_is_nowhere(b):
    """Not in the daemon's memory or mapped files, not in its logs, not in its state directory."""
    ident = b.chip()
    connect(b, ident)
    b.tool("pub", "-m", "x", "chip-1/up")
    key = private_key(b)
    # The search works: the public half is in the memory, and so is the client id.
    parts = list(memory_of(b.process.pid))
    assert any(b"chip-1" in data for _, data in parts)
    for line, data in parts:
        for form in forms(key):
            assert form not in data, line
    for top in (b.state_dir, b.log_file, b.config_file, b.reference, b.cloud.state):
        for folder, _, files in list(os.walk(top)) or [(os.path.dirname(top), [], [os.path.basename(top)])]:
            for name in files:
                path = os.path.join(folder, name)
                if os.path.isfile(path):
                    with open(path, "rb") as f:
                        data = f.read()
                    assert not any(form in data for form in forms(key)), path


def test_chip_absent(b):
    ident = b.chip()
    b.remove_chip()
    b.cloud.start()
    b.config(identity_key="ecc508a:slot=0", identity_certificate=b.chain)
    said = b.check()
    assert "no chip" in said and "ecc508a doctor" in said, said
    b.start()
    b.state("no chip")
    b.insert_chip()
    b.process.send_signal(1)
    b.state("pending activation")
    b.cloud.activate(ident)
    b.state("connected")


def test_chip_goes_away(b):
    """Connected, the chip is gone: the session lives on; the next handshake says what is wrong; it recovers."""
    ident = b.chip()
    connect(b, ident)
    b.remove_chip()
    b.tool("pub", "-m", "still connected", "chip-1/up")
    b.until(lambda: b.status()["spool"]["messages"] == 0)
    b.cloud.kill()
    b.cloud.start()
    text = b.state("no chip")
    assert "could not sign the handshake" in text, text
    b.insert_chip()
    b.state("connected")


def test_chip_of_another_reference(b):
    """A file that names another chip is refused, with both serial numbers."""
    b.chip()
    with open(b.reference) as f:
        wrong = base64.b64decode("".join(f.read().split("\n")[1:-2]))
    at = wrong.index(b"\x04\x09") + 2
    serial = wrong[at:at + 9]
    wrong = wrong[:at + 4] + bytes((wrong[at + 4] ^ 0x55,)) + wrong[at + 5:]
    with open(b.reference, "w") as f:
        f.write("-----BEGIN ECC508A KEY REFERENCE-----\n%s-----END ECC508A KEY REFERENCE-----\n"
                % base64.encodebytes(wrong).decode())
    b.config(identity_key=b.reference, identity_certificate=b.chain)
    b.cloud.start()
    b.start()
    b.until(lambda: b.status()["state"] in ("no chip", "identity unusable"))
    text = b.status()["text"]
    assert serial.hex() in text and wrong[at:at + 9].hex() in text, text
