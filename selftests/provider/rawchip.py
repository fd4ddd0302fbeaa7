#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The ecc508a authors
# SPDX-License-Identifier: Apache-2.0
"""An independent look at a chip behind the emulator's socket.

Speaks I2C over the socket by itself (Documentation/emulator-server.rst) and shares no code with the library,
so that tests can compare.

    rawchip.py SOCKET ADDR serial
    rawchip.py SOCKET ADDR pubkey SLOT     SubjectPublicKeyInfo as PEM
"""
import base64
import socket
import struct
import sys
import time

HELLO, WRITE, READ = 0, 1, 2
# SubjectPublicKeyInfo of a P-256 key up to the point; RFC 5480
SPKI = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d030107034200")


def crc16(data):
    crc = 0
    for byte in data:
        for bit in range(8):
            top = crc >> 15
            crc = crc << 1 & 0xFFFF
            if (byte >> bit & 1) != top:
                crc ^= 0x8005
    return struct.pack("<H", crc)


class Chip:
    def __init__(self, path, addr):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(path)
        self.addr = addr
        if self.request(HELLO, 0, 1)[0] != 0:
            sys.exit("HELLO refused")

    def receive(self, n):
        data = b""
        while len(data) < n:
            more = self.sock.recv(n - len(data))
            if not more:
                sys.exit("the emulator hung up")
            data += more
        return data

    def request(self, op, addr, length, data=b""):
        self.sock.sendall(struct.pack("<BBBBIII", 0x49, op, addr, 0, 100000, length, 0) + data)
        magic, status, _, count, _ = struct.unpack("<BBHII", self.receive(12))
        assert magic == 0x69
        return status, self.receive(count) if op == READ and status == 0 else b""

    def wake(self):
        self.request(WRITE, 0, 1, b"\x00")
        time.sleep(0.003)
        status, data = self.request(READ, self.addr, 4)
        if status == 0 and data != bytes.fromhex("04113343"):
            sys.exit("answer to wake: " + data.hex())

    def command(self, opcode, p1, p2):
        body = struct.pack("<BBBH", 7, opcode, p1, p2)
        packet = b"\x03" + body + crc16(body)
        for _ in range(20):
            if self.request(WRITE, self.addr, len(packet), packet)[0] == 0:
                break
            self.wake()
        else:
            sys.exit("nobody at address 0x%02x" % self.addr)
        for _ in range(500):
            status, data = self.request(READ, self.addr, 151)
            if status == 0 and data[0] != 0xFF:
                break
            time.sleep(0.002)
        else:
            sys.exit("no answer to opcode 0x%02x" % opcode)
        data = data[: data[0]]
        if crc16(data[:-2]) != data[-2:]:
            sys.exit("bad CRC")
        if len(data) == 4:
            sys.exit("opcode 0x%02x: status 0x%02x" % (opcode, data[1]))
        return data[1:-2]

    def sleep(self):
        self.request(WRITE, self.addr, 1, b"\x01")


def main():
    chip = Chip(sys.argv[1], int(sys.argv[2], 0))
    chip.wake()
    if sys.argv[3] == "serial":
        block = chip.command(0x02, 0x80, 0)  # Read, configuration, 32 bytes
        print((block[0:4] + block[8:13]).hex())
    elif sys.argv[3] == "pubkey":
        point = chip.command(0x40, 0x00, int(sys.argv[4]))  # GenKey, public
        text = base64.b64encode(SPKI + b"\x04" + point).decode()
        print("-----BEGIN PUBLIC KEY-----")
        print("\n".join(text[i : i + 64] for i in range(0, len(text), 64)))
        print("-----END PUBLIC KEY-----")
    chip.sleep()


main()
