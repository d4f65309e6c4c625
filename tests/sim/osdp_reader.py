"""A simulated card reader on OSDP, with keypad, two contacts and a lock. Written from the published description of the
protocol and apart from drivers/osdp, so that the two do not share their mistakes.

    python3 tests/sim/osdp_reader.py --listen 4001 --address 5          # bus: "gate=tcp://127.0.0.1:4001"
    python3 tests/sim/osdp_reader.py --device /dev/ttyUSB0 --address 5

On its standard input: `card 32271040 26`, `keys 1234`, `input 1 on`, `tamper on`, `key`, `quit`. Of several readers on
the line (`--address 1 --address 2`) the first is meant, or the one whose address stands in front: `@2 card 32271040 26`.
"""

import argparse
import os
import select
import socket
import sys
import termios
import tty

SOM, CRC_BIT, SCB_BIT = 0x53, 0x04, 0x08
DEFAULT_KEY = bytes(range(0x30, 0x40))
ACK, NAK, PDID, PDCAP, LSTATR, ISTATR, OSTATR, RAW, KEYPAD, COM, CCRYPT, RMAC_I = (
    0x40, 0x41, 0x45, 0x46, 0x48, 0x49, 0x4A, 0x50, 0x53, 0x54, 0x76, 0x78)


# AES-128 (FIPS 197), slow and short.

def times2(a):
    return ((a << 1) ^ 0x1B) & 0xFF if a & 0x80 else a << 1


def multiply(a, b):
    product = 0
    while b:
        product ^= a if b & 1 else 0
        a, b = times2(a), b >> 1
    return product


def substitution():
    box = []
    for value in range(256):
        inverse = next((i for i in range(256) if multiply(value, i) == 1), 0)
        out = 0x63
        for turn in range(5):
            out ^= ((inverse << turn) | (inverse >> (8 - turn))) & 0xFF
        box.append(out)
    return box


SBOX = substitution()
INVERSE = [SBOX.index(i) for i in range(256)]


def round_keys(key):
    words = [list(key[i:i + 4]) for i in range(0, 16, 4)]
    constant = 1
    for i in range(4, 44):
        word = list(words[-1])
        if i % 4 == 0:
            word = [SBOX[b] for b in word[1:] + word[:1]]
            word[0] ^= constant
            constant = times2(constant)
        words.append([a ^ b for a, b in zip(words[i - 4], word)])
    return [sum(words[i:i + 4], []) for i in range(0, 44, 4)]


def mix(state, row):
    return [multiply(state[c + 0], row[(0 - i) % 4]) ^ multiply(state[c + 1], row[(1 - i) % 4]) ^
            multiply(state[c + 2], row[(2 - i) % 4]) ^ multiply(state[c + 3], row[(3 - i) % 4]) for c in range(0, 16, 4) for i in range(4)]


def add(state, key):
    return [a ^ b for a, b in zip(state, key)]


def encrypt(key, block):
    keys = round_keys(key)
    state = add(block, keys[0])
    for number in range(1, 11):
        state = [SBOX[b] for b in state]
        state = [state[(i + 4 * (i % 4)) % 16] for i in range(16)]
        if number < 10:
            state = mix(state, [2, 3, 1, 1])
        state = add(state, keys[number])
    return bytes(state)


def decrypt(key, block):
    keys = round_keys(key)
    state = add(block, keys[10])
    for number in range(9, -1, -1):
        state = [state[(i - 4 * (i % 4)) % 16] for i in range(16)]
        state = [INVERSE[b] for b in state]
        state = add(state, keys[number])
        if number > 0:
            state = mix(state, [14, 11, 13, 9])
    return bytes(state)


def xor(one, other):
    return bytes(a ^ b for a, b in zip(one, other))


def pad(data):
    return data + b"\x80" + bytes(-(len(data) + 1) % 16)


def inverted(block):
    return bytes(b ^ 0xFF for b in block)


def crc16(data):
    crc = 0x1D0F
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = ((crc << 1) ^ 0x1021) & 0xFFFF if crc & 0x8000 else (crc << 1) & 0xFFFF
    return crc


class Session:
    """The reader's end of a secure channel."""

    def __init__(self, key, random_a):
        self.random_a, self.random_b = random_a, os.urandom(8)
        self.enc, self.mac1, self.mac2 = (encrypt(key, bytes([1, which]) + random_a[:6] + bytes(8)) for which in (0x82, 1, 2))
        self.client = encrypt(self.enc, self.random_a + self.random_b)
        self.server = encrypt(self.enc, self.random_b + self.random_a)
        self.from_panel = self.from_reader = encrypt(self.mac2, encrypt(self.mac1, self.server))
        self.is_up = False

    def mac(self, chain, data):
        data = data if len(data) % 16 == 0 else pad(data)
        for at in range(0, len(data), 16):
            chain = encrypt(self.mac1 if at + 16 < len(data) else self.mac2, xor(chain, data[at:at + 16]))
        return chain

    def open(self, head, data, mac):
        """The command's data; None if it is not the panel's."""
        whole = self.mac(self.from_reader, head + data)
        if whole[:4] != mac:
            return None
        self.from_panel = whole
        chain, plain = inverted(self.from_reader), b""
        for at in range(0, len(data), 16):
            plain += xor(decrypt(self.enc, data[at:at + 16]), chain)
            chain = data[at:at + 16]
        return plain.rstrip(b"\0")[:-1] if plain else b""

    def seal(self, data):
        chain, out = inverted(self.from_panel), b""
        for at in range(0, len(pad(data)) if data else 0, 16):
            chain = encrypt(self.enc, xor(chain, pad(data)[at:at + 16]))
            out += chain
        return out

    def sign(self, frame):
        self.from_reader = self.mac(self.from_panel, frame)
        return self.from_reader[:4]


class Reader:
    def __init__(self, address, key=None, say=lambda line: None):
        self.address, self.key, self.say = address, key, say
        self.inputs, self.outputs, self.tampered = [0, 0], [0], 0
        self.events = []  # what the next polls are answered with
        self.session = None
        self.sequence, self.last_command, self.last_reply = 0, b"", b""
        self.line = b""

    def feed(self, data):
        """Bytes of the line; gives the answers."""
        self.line += data
        while True:
            start = self.line.find(bytes([SOM]))
            if start < 0:
                self.line = b""
                return
            self.line = self.line[start:]
            if len(self.line) < 5:
                return
            length = self.line[2] | self.line[3] << 8
            if not 7 <= length <= 1440:
                self.line = self.line[1:]
                continue
            if len(self.line) < length:
                return
            frame = self.line[:length]
            if self.is_whole(frame):
                self.line = self.line[length:]
                answer = self.hear(frame)
                if answer:
                    yield answer
            else:
                self.line = self.line[1:]

    @staticmethod
    def is_whole(frame):
        if frame[4] & CRC_BIT:
            return crc16(frame[:-2]) == frame[-2] | frame[-1] << 8
        return sum(frame) & 0xFF == 0

    def hear(self, frame):
        if frame[1] not in (self.address, 0x7F):
            return None
        sequence = frame[4] & 3
        if sequence and frame == self.last_command:
            return self.last_reply
        if sequence == 0:
            self.session = None
        elif sequence != self.sequence % 3 + 1:
            return self.answer(frame, NAK, b"\x04")
        self.sequence, self.last_command = sequence, frame
        self.last_reply = self.act(frame)
        return self.last_reply

    def act(self, frame):
        body = frame[:-2] if frame[4] & CRC_BIT else frame[:-1]
        scb = body[5:5 + body[5]] if body[4] & SCB_BIT else b""
        code, data = body[5 + len(scb)], body[6 + len(scb):]
        if self.session and self.session.is_up:
            if not scb or scb[1] not in (0x15, 0x17):
                self.session = None
                return self.answer(frame, NAK, b"\x06")
            data = self.session.open(body[:6 + len(scb)], data[:-4], data[-4:])
            if data is None:
                self.session = None
                return self.answer(frame, NAK, b"\x06")
        elif self.key and code not in (0x61, 0x62, 0x6E, 0x76, 0x77):
            return self.answer(frame, NAK, b"\x06")
        reply, answer, block = self.do(code, data, scb)
        if reply == COM:
            out = self.answer(frame, reply, answer, block)
            self.address = answer[0]
            return out
        return self.answer(frame, reply, answer, block)

    def do(self, code, data, scb):
        """Reply code, data and security block."""
        if code == 0x60:
            return (*(self.events.pop(0) if self.events else (ACK, b"")), None)
        if code == 0x61:
            return PDID, bytes.fromhex("000000" "0101" "51D00001" "010000"), None
        if code == 0x62:
            return PDCAP, bytes([1, 1, len(self.inputs), 2, 1, len(self.outputs), 4, 1, 1, 5, 1, 1, 8, 1, 0, 9, 1, 1]), None
        if code == 0x64:
            return LSTATR, bytes([self.tampered, 0]), None
        if code == 0x65:
            return ISTATR, bytes(self.inputs), None
        if code == 0x66:
            return OSTATR, bytes(self.outputs), None
        if code == 0x68 and len(data) == 4 and data[0] < len(self.outputs):
            self.outputs[data[0]] = int(data[1] in (2, 4, 5))
            self.say(f"output {data[0]} control {data[1]} timer {data[2] | data[3] << 8}")
            return OSTATR, bytes(self.outputs), None
        if code in (0x69, 0x6A, 0x6B, 0xA2, 0xA7):
            self.say(f"{ {0x69: 'led', 0x6A: 'buzzer', 0x6B: 'text', 0xA2: 'abort', 0xA7: 'keepactive'}[code]} {data.hex()}")
            return ACK, b"", None
        if code == 0x6E and len(data) == 5:
            return COM, data, None
        if code == 0x75 and self.session and self.session.is_up and data[:2] == b"\x01\x10":
            self.key = data[2:18]
            self.say("key taken")
            return ACK, b"", None
        if code == 0x76 and len(data) == 8 and len(scb) == 3:
            if scb[2] == 0 and self.key:
                return NAK, b"\x06", None
            self.session = Session(self.key if scb[2] else DEFAULT_KEY, data) if self.key or scb[2] == 0 else None
            if self.session is None:
                return NAK, b"\x06", None
            return CCRYPT, bytes(8) + self.session.random_b + self.session.client, bytes([3, 0x12, scb[2]])
        if code == 0x77 and self.session:
            self.session.is_up = data == self.session.server
            return RMAC_I, self.session.from_reader, bytes([3, 0x14, int(self.session.is_up)])
        return NAK, b"\x03", None

    def answer(self, frame, code, data, block=None):
        is_secure = self.session is not None and self.session.is_up and block is None
        if is_secure:
            block, data = bytes([2, 0x18 if data else 0x16]), self.session.seal(data)
        check = 2 if frame[4] & CRC_BIT else 1
        length = 6 + len(block or b"") + len(data) + (4 if is_secure else 0) + check
        out = bytes([SOM, self.address | 0x80, length & 0xFF, length >> 8, frame[4] & 7 | (SCB_BIT if block else 0)])
        out += (block or b"") + bytes([code]) + data
        if is_secure:
            out += self.session.sign(out)
        return out + (crc16(out).to_bytes(2, "little") if check == 2 else bytes([-sum(out) & 0xFF]))

    def command(self, line):
        """What happens to the reader; False to end."""
        words = line.split()
        if words[:1] == ["card"]:
            bits = bytes.fromhex(words[1])
            count = int(words[2]) if len(words) > 2 else 8 * len(bits)
            self.events.append((RAW, bytes([0, 1, count & 0xFF, count >> 8]) + bits))
        elif words[:1] == ["keys"]:
            digits = words[1].replace("*", "\x7f").replace("#", "\r").encode()
            self.events.append((KEYPAD, bytes([0, len(digits)]) + digits))
        elif words[:1] == ["input"]:
            self.inputs[int(words[1])] = int(words[2] == "on")
            self.events.append((ISTATR, bytes(self.inputs)))
        elif words[:1] == ["tamper"]:
            self.tampered = int(words[1] == "on")
            self.events.append((LSTATR, bytes([self.tampered, 0])))
        elif words[:1] == ["key"]:
            self.say(f"key {self.key.hex() if self.key else 'default'}")
        return words[:1] != ["quit"]


def tell(readers, line):
    """What happens to one of them; False to end."""
    words = line.split(" ", 1)
    if words[0].startswith("@"):
        named = [reader for reader in readers if f"@{reader.address}" == words[0]]
        return all(reader.command(words[-1]) for reader in named)
    return readers[0].command(line)


def answers(readers, data):
    """All of them hear all of it."""
    for reader in readers:
        yield from reader.feed(data)


def open_line(options):
    if options.device:
        line = os.open(options.device, os.O_RDWR | os.O_NOCTTY)
        tty.setraw(line)
        mode = termios.tcgetattr(line)
        mode[4] = mode[5] = getattr(termios, f"B{options.baud}")
        termios.tcsetattr(line, termios.TCSANOW, mode)
        return line
    with socket.create_server(("127.0.0.1", options.listen)) as server:
        peer, _ = server.accept()
        return peer.detach()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--device", help="a serial line")
    parser.add_argument("--baud", type=int, default=9600)
    parser.add_argument("--listen", type=int, default=4001, help="a TCP port, without --device")
    parser.add_argument("--address", type=int, action="append", help="once for each reader on the line; none: 0")
    parser.add_argument("--key", type=bytes.fromhex, help="16 bytes in hexadecimal; none: the default key")
    options = parser.parse_args()
    readers = [Reader(address, options.key, lambda line: print(line, flush=True)) for address in options.address or [0]]
    keyboard, typed = sys.stdin.fileno(), ""
    while True:
        line = open_line(options)
        while True:
            ready, _, _ = select.select([line, keyboard], [], [])
            if keyboard in ready:
                more = os.read(keyboard, 4096).decode()
                *lines, typed = (typed + more).split("\n")
                if not more or not all(tell(readers, each) for each in lines):
                    return
            if line in ready:
                data = os.read(line, 4096)
                if not data:
                    break
                for answer in answers(readers, data):
                    os.write(line, b"\xff" + answer)
        os.close(line)


if __name__ == "__main__":
    main()
