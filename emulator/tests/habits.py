# SPDX-FileCopyrightText: 2026 The ecc508a authors
# SPDX-License-Identifier: Apache-2.0
"""How clients that exist in the field talk to the chip, one function each.

Each takes a bus (emuclient.SocketBus or KernelBus) at 100 kHz and an address, wakes the chip its own way,
asks for the revision its own way, and leaves the chip its own way. It returns the four revision bytes. The
habits were read in the clients' public sources; only their traffic is imitated.
"""
from emuclient import AFTER_WAKE, Nak, check_group, command

INFO = b"\x03" + command(0x30)


def until_ack(action, bus, step, limit):
    """Polling by address NAK."""
    waited = 0
    while True:
        try:
            return action()
        except Nak:
            if waited >= limit:
                raise
            bus.sleep(step)
            waited += step


def cryptoauthlib(bus, addr):
    """Wake by general call with a 1; word address 0 and count byte first; NAK polling every 2 ms; idle."""
    bus.try_write(0x00, b"\x01")
    bus.sleep(0.0015)
    assert bus.read(addr, 4) == AFTER_WAKE
    bus.write(addr, INFO)
    bus.sleep(0.001)
    until_ack(lambda: bus.write(addr, b"\x00"), bus, 0.002, 2.5)
    count = bus.read(addr, 1)
    group = count + bus.read(addr, count[0] - 1)
    bus.write(addr, b"\x02")
    return check_group(group)


def mainline(bus, addr):
    """Zeros to the own address, NAK ignored; fixed waits; one read of the expected size; sleep."""
    bus.wake_zeros(addr, b"\x00")
    bus.sleep(0.0015)
    assert bus.read(addr, 4)[1] == 0x11
    bus.write(addr, INFO)
    bus.sleep(0.005)
    group = bus.read(addr, 7)
    bus.write(addr, b"\x01")
    return check_group(group)


def nerves(bus, addr):
    """A zero to address 0; exact wake answer, up to four tries with sleep between; sleep at the end."""
    for _ in range(4):
        bus.try_write(0x00, b"\x00")
        bus.sleep(0.002)
        try:
            if bus.read(addr, 4) == AFTER_WAKE:
                break
        except Nak:
            pass
        bus.try_write(addr, b"\x01")
        bus.sleep(0.5)
    else:
        raise Nak
    bus.write(addr, INFO)
    bus.sleep(0.001)
    group = until_ack(lambda: bus.read(addr, 7), bus, 0.002, 0.1)
    bus.write(addr, b"\x01")
    return check_group(group)


def go_atecc(bus, addr):
    """A 1 to address 0; word address 0 and one byte in a combined transfer, then the rest; idle."""
    bus.try_write(0x00, b"\x01")
    bus.sleep(0.0015)
    assert bus.read(addr, 4) == AFTER_WAKE
    bus.write(addr, INFO)
    count = until_ack(lambda: bus.write_read(addr, b"\x00", 1), bus, 0.002, 0.1)
    group = count + bus.read(addr, count[0] - 1)
    bus.write(addr, b"\x02")
    return check_group(group)


def at_cryptoauth_rs(bus, addr):
    """A zero to the own address; up to 300 reads; word address 0 retried, two bytes, then the rest; idle."""
    bus.try_write(addr, b"\x00")
    bus.sleep(0.0015)
    for _ in range(300):
        try:
            if bus.read(addr, 4) == AFTER_WAKE:
                break
        except Nak:
            bus.sleep(0.0001)
    else:
        raise Nak
    bus.write(addr, INFO)
    until_ack(lambda: bus.write(addr, b"\x00"), bus, 0.001, 0.1)
    head = bus.read(addr, 2)
    group = head + bus.read(addr, head[0] - 2)
    bus.write(addr, b"\x02")
    return check_group(group)


def helium(bus, addr):
    """Zeros; the wake answer is not read; always 151 bytes, which are FF past the count; idle."""
    bus.try_write(0x00, b"\x00\x00\x00")
    bus.sleep(0.0015)
    bus.write(addr, INFO)
    for attempt in range(3):
        bus.sleep(0.004)
        try:
            group = bus.read(addr, 151)
            break
        except Nak:
            if attempt == 2:
                raise
    assert set(group[group[0]:]) == {0xFF}
    bus.write(addr, b"\x02")
    return check_group(group)


def arduino(bus, addr):
    """Zero-length write to address 0; the wake answer read as any other; up to 20 tries; idle."""
    bus.try_write(0x00, b"")
    bus.sleep(0.0015)
    assert check_group(bus.read(addr, 4)) == b"\x11"
    bus.write(addr, INFO)
    bus.sleep(0.002)
    group = until_ack(lambda: bus.read(addr, 7), bus, 0.001, 0.02)
    bus.write(addr, b"\x02")
    return check_group(group)


def adafruit(bus, addr):
    """A zero to address 0, errors swallowed; the wake answer is not read; fixed waits; idle."""
    bus.try_write(0x00, b"\x00")
    bus.sleep(0.001)
    bus.write(addr, INFO)
    bus.sleep(0.010)
    group = bus.read(addr, 7)
    bus.write(addr, b"\x02")
    return check_group(group)


def ucryptoauthlib(bus, addr):
    """Two zeros to the own address; the wake answer is not read; count, then the rest; left awake."""
    bus.wake_zeros(addr, b"\x00\x00")
    # a tenth of what the data sheet wants; silicon puts up with it
    bus.sleep(0.00015)
    bus.write(addr, INFO)
    count = until_ack(lambda: bus.read(addr, 1), bus, 0.001, 0.25)
    group = count + bus.read(addr, count[0] - 1)
    return check_group(group)


def i2cdetect(bus, addr):
    """Quick writes to every address, low ones first: that wakes the chip, and then it is found."""
    found = [a for a in range(0x08, 0x78) if bus.try_write(a, b"")]
    bus.sleep(0.002)
    found += [a for a in range(0x08, 0x78) if bus.try_write(a, b"")]
    assert set(found) == {addr}, found
    bus.write(addr, INFO)
    group = until_ack(lambda: bus.read(addr, 7), bus, 0.001, 0.1)
    bus.write(addr, b"\x01")
    return check_group(group)


ALL = [cryptoauthlib, mainline, nerves, go_atecc, at_cryptoauth_rs, helium, arduino, adafruit,
       ucryptoauthlib, i2cdetect]
