"""The other side of a connection, for tests: what a peer does, and what it costs.

CODE of a test gets all the names below, and os, signal, socket, struct, sys and
time. scripts/checking/exercise_peer.py runs it for the exercises, the function
peer of scripts/lib/peer.bash for all other tests.

The environment says whom to meet: PEER_PORT, where the program listens, and
PEER_PID, its process. PEER_PATIENCE is the factor for a second on a slow build,
PEER_TIMEOUT the seconds that a socket waits for anything. The time in which the
program waits for a processor does not count: a busy machine is no fault of its own.
"""
import os
import signal
import socket
import struct
import sys
import time

port = int(os.environ.get("PEER_PORT") or 0)
pid = int(os.environ.get("PEER_PID") or 0)
patience = int(os.environ.get("PEER_PATIENCE") or 1)
timeout = int(os.environ.get("PEER_TIMEOUT") or 20) * patience
received = bytearray()  # all that the read functions have read
most_received = 64 << 20
longest_read = 5 * timeout / 2


class Endless(Exception):
    """What comes without end."""


# Connections

class Connection(socket.socket):
    """A socket whose timeout is over when the program has had that time."""

    def fairly(self, call, *arguments):
        begun, limit = given(), self.gettimeout()
        try:
            while True:
                try:
                    return call(*arguments)
                except TimeoutError:
                    left = limit - (given() - begun)
                    if left <= 0:
                        raise
                    self.settimeout(max(left, 0.01))
        finally:
            self.settimeout(limit)

    def recv(self, *arguments):
        return self.fairly(super().recv, *arguments)

    def sendall(self, data, *flags):
        data = memoryview(data)
        while data:
            data = data[self.fairly(super().send, data, *flags):]


def connect(host="127.0.0.1", receive_buffer=0):
    """Connects to the program. A small receive_buffer makes a slow reader."""
    s = Connection(socket.AF_INET6 if ":" in host else socket.AF_INET)
    if receive_buffer:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    s.settimeout(timeout)
    s.connect((host, port))
    return s


def listen(backlog=16):
    """Returns a listening socket on a free port, which is s.getsockname()[1]."""
    s = socket.create_server(("127.0.0.1", 0), backlog=backlog)
    s.settimeout(timeout)
    return s


def receive(s, wanted):
    """Reads until wanted(data), how many bytes more at most, is 0, or the stream ends."""
    data, begun = bytearray(), given()
    while (size := wanted(data)) and (part := s.recv(size)):
        data += part
        received.extend(part)
        if len(received) > most_received:
            raise Endless(f"more than {most_received >> 20} MiB")
        if given() - begun > longest_read:
            raise Endless(f"{len(data)} bytes in {longest_read:g} s")
    return bytes(data)


def read_all(s):
    """Reads up to the end of the stream."""
    return receive(s, lambda data: 65536)


def read_exactly(s, size):
    """Reads size bytes, or fewer if the stream ends."""
    return receive(s, lambda data: min(65536, size - len(data)))


def read_line(s):
    """Reads up to a newline, which is returned, too, or to the end of the stream."""
    return receive(s, lambda data: int(not data.endswith(b"\n")))


def reset(s):
    """Closes with a reset instead of an orderly end."""
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    s.close()


# What the program's process takes, and what it does

def schedstat():
    """Returns the seconds that it has run, and that it has waited for a processor."""
    try:
        with open(f"/proc/{pid}/schedstat", encoding="ascii") as stat:
            ran, waited, _ = map(int, stat.read().split())
    except OSError:
        return 0.0, 0.0
    return ran / 1e9, waited / 1e9


def given():
    """A clock for its limits: the seconds in which it has run or slept."""
    return time.monotonic() - schedstat()[1]


def settle():
    """Waits until it has done all that it can do now: it sleeps."""
    end, looks = given() + timeout, 0
    while looks < 3 and given() < end:
        looks = looks + 1 if state() in "SZ" else 0
        time.sleep(0.005)


def state():
    """Returns "S" if it sleeps, "R" if it runs or waits for a processor, "Z" if it
    has ended, and so on.
    """
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0]
    except OSError:
        return "Z"


def memory():
    """Returns its resident memory in KiB."""
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))


def share_of_processor(seconds):
    """Returns how much of so many seconds that it is given it runs: 0 to 1."""
    begun, ran = given(), schedstat()[0]
    while given() - begun < seconds:
        time.sleep(0.05)
    return (schedstat()[0] - ran) / (given() - begun)


def descriptors():
    """Returns how many descriptors it has open."""
    return len(os.listdir(f"/proc/{pid}/fd"))
