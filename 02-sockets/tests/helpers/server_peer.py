"""Peers that fill a server, and what then lies in the kernel's queues: in addition
to scripts/lib/peer.py, for CODE of the tests of this chapter's servers.
"""
import ctypes
import fcntl
import resource  # for CODE

from peer import *

PIDFD_GETFD = 438  # the system call, for which libc has no name yet
SIOCINQ, SIOCOUTQ = 0x541B, 0x5411  # bytes not yet read, bytes not yet confirmed


def flood(s):
    """Sends and reads nothing, until nothing more is taken for half a second that the
    server was given. Returns what it sent.
    """
    pattern = bytes(range(251)) * 261 * 2
    sent = bytearray()
    s.setblocking(False)
    stuck = given() + 0.5 * patience
    while given() < stuck:
        try:
            n = s.send(pattern[len(sent) % 251:][:65536])
            sent += pattern[len(sent) % 251:][:n]
            stuck = given() + 0.5 * patience
        except BlockingIOError:
            time.sleep(0.01)
    s.settimeout(timeout)
    return bytes(sent)


def queues(own, other):
    """Returns for the socket between these ports how many bytes are in the kernel's
    queues: not yet confirmed, and not yet read.
    """
    with open("/proc/net/tcp", encoding="ascii") as sockets:
        for line in sockets.readlines()[1:]:
            fields = line.split()
            if [int(a.split(":")[1], 16) for a in fields[1:3]] == [own, other]:
                return [int(n, 16) for n in fields[4].split(":")]
    return None


def flood_until_paused(s):
    """Sends bit by bit and reads nothing, until the server leaves a bit unread: it
    has stopped reading, and its kernel has room for more. That it has looked again
    is known from two echoes that it sends to another peer meanwhile.
    """
    own, other, before, unread = s.getsockname()[1], connect(), 0, 0
    while not unread or unread != before:
        if not unread:
            s.sendall(b"x" * 30000)
        before = queues(port, own)[1]
        for _ in range(2):
            other.send(b".")
            other.recv(1)
        unread = queues(port, own)[1]
    other.close()


def server_end(s):
    """Returns a copy of the server's own descriptor of a connection, as soon as the
    server has accepted it.
    """
    libc, process = ctypes.CDLL(None, use_errno=True), os.pidfd_open(pid)
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        for number in os.listdir(f"/proc/{pid}/fd"):
            fd = libc.syscall(PIDFD_GETFD, process, int(number), 0)
            if fd < 0 and ctypes.get_errno() != 9:  # EBADF: it is closed by now
                sys.exit("pidfd_getfd: " + os.strerror(ctypes.get_errno()))
            try:
                theirs = socket.socket(fileno=fd)
                if theirs.getpeername() == s.getsockname():
                    return theirs
            except OSError:
                pass
        time.sleep(0.01)
    sys.exit("the server has no such connection")


def in_queue(s, which):
    return struct.unpack("i", fcntl.ioctl(s, which, b"...."))[0]


def written_by(s):
    """Returns how many bytes were written to a socket, confirmed or not."""
    info = s.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 136)
    bytes_acked = struct.unpack_from("Q", info, 120)[0]
    return bytes_acked + in_queue(s, SIOCOUTQ)


def flood_a_little(s):
    """Sends bit by bit until the kernel is full and the server owes some of it, but
    less than makes it stop reading. Returns what it sent.
    """
    with server_end(s) as theirs:
        sent, start = bytearray(), written_by(theirs)
        while True:
            sent += (bit := bytes([len(sent) // 30000 % 251]) * 30000)
            s.sendall(bit)
            before, now = None, written_by(theirs)
            while (now != before or in_queue(s, SIOCOUTQ) or in_queue(theirs, SIOCINQ)
                   or state() not in "SZ"):  # it has read, and not written yet
                time.sleep(0.002 * patience)
                before, now = now, written_by(theirs)
            if len(sent) > now - start:
                return bytes(sent)
