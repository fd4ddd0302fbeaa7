# SPDX-FileCopyrightText: 2026 The ecc508a authors
# SPDX-License-Identifier: Apache-2.0
"""A small MQTT 3.1.1 and 5 client that shows every packet it gets, or that it got none.

Independent of libmosquitto on purpose: it can say what a library hides (a close without a CONNACK, a PUBACK that
never came) and can send what a library would not.
"""
import select
import socket
import ssl
import struct
import time

CONNACK, PUBLISH, PUBACK, SUBACK, PINGRESP, DISCONNECT = 2, 3, 4, 9, 13, 14


class Closed(Exception):
    """The other side hung up."""


class Silent(Exception):
    """Nothing came in time."""


def text(value):
    data = value if isinstance(value, bytes) else value.encode()
    return struct.pack(">H", len(data)) + data


def packet(first, body):
    n, length = len(body), b""
    while True:
        n, low = n >> 7, n & 0x7F
        length += bytes([low | (0x80 if n else 0)])
        if not n:
            return bytes([first]) + length + body


def tls_context(ca=None, cert=None, key=None, low=None, high=None, alpn=None):
    ctx = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if ca:
        ctx.load_verify_locations(ca)
    else:
        ctx.check_hostname, ctx.verify_mode = False, ssl.CERT_NONE
    if cert:
        ctx.load_cert_chain(cert, key)
    if low:
        ctx.minimum_version = low
    if high:
        ctx.maximum_version = high
    if alpn:
        ctx.set_alpn_protocols(alpn)
    return ctx


class Client:
    def __init__(self, port, ctx, host="localhost", sni=True, timeout=30):
        raw = socket.create_connection(("127.0.0.1", port), timeout)
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if not sni:
            ctx.check_hostname = False
        self.sock = ctx.wrap_socket(raw, server_hostname=host if sni else None)
        self.timeout, self.buffer, self.next_id, self.version = timeout, b"", 0, 4

    def send(self, data):
        try:
            self.sock.sendall(data)
        except (OSError, ssl.SSLError) as e:
            raise Closed(str(e)) from e

    def fill(self, deadline):
        while not self.sock.pending():
            left = deadline - time.monotonic()
            if left <= 0:
                raise Silent()
            if select.select([self.sock], [], [], left)[0]:
                break
        try:
            data = self.sock.recv(65536)
        except (OSError, ssl.SSLError) as e:
            raise Closed(str(e)) from e
        if not data:
            raise Closed("end of stream")
        self.buffer += data

    def read(self, timeout=None):
        """The next packet as (type, flags, body)."""
        deadline = time.monotonic() + (timeout or self.timeout)
        while True:
            length = shift = 0
            for at, byte in enumerate(self.buffer[1:5], 1):
                length |= (byte & 0x7F) << shift
                shift += 7
                if not byte & 0x80:
                    if len(self.buffer) < at + 1 + length:
                        break
                    first, body = self.buffer[0], self.buffer[at + 1 : at + 1 + length]
                    self.buffer = self.buffer[at + 1 + length :]
                    return first >> 4, first & 15, body
            self.fill(deadline)

    def connect(self, client_id, version=4, keepalive=60, clean=True, will=None):
        """CONNECT; returns the return code, or raises Closed if there was no CONNACK."""
        self.version = version
        flags = (2 if clean else 0) | (4 if will else 0)
        body = text("MQTT") + bytes([version, flags]) + struct.pack(">H", keepalive)
        body += (b"\0" if version == 5 else b"") + text(client_id)
        if will:
            body += (b"\0" if version == 5 else b"") + text(will[0]) + text(will[1])
        self.send(packet(0x10, body))
        kind, _, body = self.read()
        assert kind == CONNACK, kind
        self.session_present = body[0] & 1
        return body[1]

    def new_id(self):
        self.next_id += 1
        return struct.pack(">H", self.next_id)

    def publish(self, topic, payload=b"", qos=1, retain=False):
        """PUBLISH without waiting."""
        body = text(topic) + (self.new_id() if qos else b"") + (b"\0" if self.version == 5 else b"")
        self.send(packet(0x30 | qos << 1 | (1 if retain else 0), body + payload))

    def publish_acked(self, topic, payload=b"", **more):
        self.publish(topic, payload, **more)
        kind, _, body = self.read()
        assert kind == PUBACK, kind
        return body

    def subscribe(self, *filters, qos=1):
        """The return codes of the SUBACK."""
        body = self.new_id() + (b"\0" if self.version == 5 else b"")
        for one in filters:
            body += text(one) + bytes([qos])
        self.send(packet(0x82, body))
        kind, _, body = self.read()
        assert kind == SUBACK, kind
        return list(body[3 if self.version == 5 else 2 :])

    def message(self, timeout=None):
        """The next message as (topic, payload); acknowledged."""
        kind, flags, body = self.read(timeout)
        assert kind == PUBLISH, kind
        size = struct.unpack(">H", body[:2])[0]
        topic, rest = body[2 : 2 + size].decode(), body[2 + size :]
        if flags & 6:
            self.send(packet(0x40, rest[:2]))
            rest = rest[2:]
        return topic, rest

    def ping(self, timeout=None):
        self.send(packet(0xC0, b""))
        kind, _, _ = self.read(timeout)
        assert kind == PINGRESP, kind

    def ends(self, timeout=30):
        """True if the server hangs up within the time, whatever it says before."""
        deadline = time.monotonic() + timeout
        try:
            while True:
                self.read(max(deadline - time.monotonic(), 0.001))
        except Closed:
            return True
        except Silent:
            return False

    def disconnect(self):
        self.send(packet(0xE0, b""))
        self.close()

    def close(self):
        self.sock.close()
