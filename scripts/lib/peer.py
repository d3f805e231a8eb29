"""The other side of a connection, for tests: what a peer does, and what it costs.

CODE of a test gets all the names below, and os, signal, socket, struct, sys and
time. scripts/checking/exercise_peer.py runs it for the exercises, the function
peer of scripts/lib/peer.bash for all other tests.

The environment says whom to meet: PEER_PORT, where the program listens, and
PEER_PID, its process. PEER_PATIENCE is the factor for a second on a slow machine
or build, PEER_TIMEOUT the seconds that a socket waits for anything.
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


# Connections

def connect(host="127.0.0.1", receive_buffer=0):
    """Connects to the program. A small receive_buffer makes a slow reader."""
    s = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
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


def receive(s, most):
    part = s.recv(most)
    received.extend(part)
    return part


def read_all(s):
    """Reads up to the end of the stream."""
    data = bytearray()
    while part := receive(s, 65536):
        data += part
    return bytes(data)


def read_exactly(s, size):
    """Reads size bytes, or fewer if the stream ends."""
    data = bytearray()
    while len(data) < size and (part := receive(s, min(65536, size - len(data)))):
        data += part
    return bytes(data)


def read_line(s):
    """Reads up to a newline, which is returned, too, or to the end of the stream."""
    data = bytearray()
    while not data.endswith(b"\n") and (part := receive(s, 1)):
        data += part
    return bytes(data)


def reset(s):
    """Closes with a reset instead of an orderly end."""
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    s.close()


# What the program's process takes

def memory():
    """Returns its resident memory in KiB."""
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))


def cpu_seconds():
    """Returns the processor time that it has used."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rsplit(")")[1].split()
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")


def descriptors():
    """Returns how many descriptors it has open."""
    return len(os.listdir(f"/proc/{pid}/fd"))
