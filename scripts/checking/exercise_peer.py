"""The other side of an exercise, for `peer CODE` in scripts/checking/exercise_helper.bash.

CODE is run with the names below, and `args`, what followed it. It says what it
is doing with doing("connect and send nothing"), and what is wrong with
wrong("expected", "came"). Sockets wait 2 s at most. What it lets through, a
timeout or a reset, is what came.
"""
import errno
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
received = bytearray()  # since doing() was called
begun = (0.0, 0.0)  # when that was, and the program's processor time


def tell(what, words):
    with open(f"{run}.{what}", "w", encoding="utf-8") as file:
        file.write(words)


def doing(words, answer="an answer"):
    """What the peer does now, and what it expects."""
    global expecting, begun
    expecting = answer
    received.clear()
    begun = time.monotonic(), cpu_seconds()
    tell("doing", words)


def wrong(expected, came):
    """Ends the peer, and the test."""
    tell("expected", str(expected))
    tell("came", str(came))
    sys.exit(3)


def show(data):
    """Bytes as C writes them: "abc\\n"; long ones cut."""
    if not isinstance(data, bytes):
        return data
    text = data[:300].decode("utf-8", "backslashreplace")
    quoted = text.translate({10: "\\n", 13: "\\r", 9: "\\t", 34: '\\"', 92: "\\\\"})
    return f'"{quoted}"' + (f" … ({len(data)} bytes)" if len(data) > 300 else "")


def expect(expected, came):
    if expected != came:
        wrong(show(expected) if expected else "the end", show(came) if came else "the end")


def amount(data):
    """How much that is, and if it is little, what."""
    lines = data.count(b"\n")
    if len(data) <= 150:
        return show(bytes(data))
    return f"{lines} line{'s'[:lines != 1]}" if lines else f"{len(data)} bytes"


def spins():
    """True if the program has used the processor all the time."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        running = stat.read().rsplit(")")[1].split()[0] == "R"
    took = time.monotonic() - begun[0]
    return running and cpu_seconds() - begun[1] > took / 4


def nothing_more():
    """What came, when nothing came any more."""
    came = f"{amount(received)}, then nothing, not even the end, for 2 s" if received else "nothing, for 2 s"
    try:
        if spins():
            tell("spins", "")
            came += "\nit used the processor all the time: an endless loop"
    except OSError:
        pass  # it is gone, which is told otherwise
    wrong(expecting, came)


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
        received.extend(part)
    return bytes(data)


def read_exactly(s, size):
    """size bytes, or fewer if the stream ends."""
    data = bytearray()
    while len(data) < size and (part := s.recv(min(65536, size - len(data)))):
        data += part
        received.extend(part)
    return bytes(data)


def read_line(s):
    """Up to a newline and with it, or up to the end of the stream."""
    data = bytearray()
    while not data.endswith(b"\n") and (part := s.recv(1)):
        data += part
        received.extend(part)
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


def expect_descriptors(before):
    """That there are no more of them than before, 2 s later at most."""
    end = time.monotonic() + 2 * patience
    while descriptors() > before and time.monotonic() < end:
        time.sleep(0.02)
    more = descriptors() - before
    if more > 0:
        wrong(
            "the connections are closed and freed",
            f"{more} of their descriptors still open, 2 s later",
        )


def expect_memory(before, most):
    """That it has not taken more than so many KiB more."""
    more = memory() - before
    if more > most:
        wrong(f"at most {most} KiB of memory more than before", f"{more} KiB more")


def throw_at(s, mib):
    """Sends so much that nobody wants."""
    for _ in range(mib * 16):
        s.sendall(b"x" * 65536)


try:
    exec(compile(code, "peer", "exec"))  # the test's own code
except TimeoutError:
    nothing_more()
except ConnectionResetError:
    wrong(expecting, "a reset: the program closed with input unread")
except ConnectionRefusedError:
    wrong(expecting, "a refusal: nobody listens there")
except BrokenPipeError:
    wrong(expecting, "the program closed the connection while the peer was still sending")
except OSError as error:
    if error.errno != errno.ENOTCONN:
        raise
    wrong(expecting, "the program closed before the peer had half-closed")
