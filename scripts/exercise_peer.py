"""The other side of an exercise, for `peer CODE` in scripts/exercise_helper.bash.

CODE is run with the names below, and `args`, what followed it. It says what it
is doing with doing("connect and send nothing"), and what is wrong with
wrong("expected", "came"). Sockets wait 2 s at most. What it lets through, a
timeout or a reset, is what came.
"""
import os
import signal
import socket
import struct
import sys
import threading
import time

run, port, pid, patience, code = sys.argv[1], *map(int, sys.argv[2:5]), sys.argv[5]
args = sys.argv[6:]
expecting = "an answer"


def tell(what, words):
    with open(f"{run}.{what}", "w", encoding="utf-8") as file:
        file.write(words)


def doing(words, answer="an answer"):
    """What the peer does now, and what it expects."""
    global expecting
    expecting = answer
    tell("doing", words)


def wrong(expected, came):
    """Ends the peer, and the test."""
    tell("expected", str(expected))
    tell("came", str(came))
    sys.exit(3)


def expect(expected, came):
    if expected != came:
        wrong(expected, came)


def connect(receive_buffer=0):
    """To the program; a small receive_buffer makes a slow reader."""
    s = socket.socket()
    if receive_buffer:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    s.settimeout(2 * patience)
    s.connect(("127.0.0.1", port))
    return s


def read_all(s):
    """To its end of the stream."""
    data = bytearray()
    while part := s.recv(65536):
        data += part
    return bytes(data)


def read_exactly(s, size):
    """size bytes, or fewer if the stream ends."""
    data = bytearray()
    while len(data) < size and (part := s.recv(min(65536, size - len(data)))):
        data += part
    return bytes(data)


def read_line(s):
    """Up to a newline and with it, or up to the end of the stream."""
    data = bytearray()
    while not data.endswith(b"\n") and (part := s.recv(1)):
        data += part
    return bytes(data)


def is_silent(s, seconds=0.2):
    """True if for so long nothing comes, not even the end."""
    s.settimeout(seconds * patience)
    try:
        s.recv(1, socket.MSG_PEEK)
        return False
    except TimeoutError:
        return True
    finally:
        s.settimeout(2 * patience)


def reset(s):
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    s.close()


def listen(backlog=16):
    """A listening socket; its port is s.getsockname()[1]."""
    s = socket.create_server(("127.0.0.1", 0), backlog=backlog)
    s.settimeout(2 * patience)
    return s


def memory():
    """The program's, in KiB."""
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return next(int(l.split()[1]) for l in status if l.startswith("VmRSS"))


def cpu_seconds():
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rsplit(")")[1].split()
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")


def descriptors():
    return len(os.listdir(f"/proc/{pid}/fd"))


try:
    exec(compile(code, "peer", "exec"))  # the test's own code
except TimeoutError:
    wrong(expecting, "nothing, for 2 s")
except ConnectionResetError:
    wrong(expecting, "a reset: the program closed with input unread")
except ConnectionRefusedError:
    wrong(expecting, "a refusal: nobody listens there")
except BrokenPipeError:
    wrong(expecting, "the connection was closed")
