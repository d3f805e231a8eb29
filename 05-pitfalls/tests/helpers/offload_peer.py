"""Which process computes, and which peer has an answer: in addition to
scripts/lib/peer.py, for CODE of the tests of offload_server.
"""
import select

from peer import *


def line(s):
    return read_line(s).decode().rstrip()


def answered(s):
    """True if there is something to read, or the end."""
    return bool(select.select([s], [], [], 0)[0])


def ticks():
    """Returns the processor time of the server and of each process below it, by pid."""
    used, left = {}, [pid]
    while left:
        each = left.pop()
        try:
            with open(f"/proc/{each}/task/{each}/children", encoding="ascii") as children:
                left += map(int, children.read().split())
            with open(f"/proc/{each}/stat", encoding="ascii") as stat:
                used[each] = int(stat.read().rsplit(")")[1].split()[11])
        except OSError:
            pass  # it has ended
    return used


at_start = ticks()


def computing(since=at_start):
    """Waits until a worker has computed since then, or the server if that has none.
    Returns its pid.
    """
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        now = ticks()
        for each, used in now.items():
            if each == pid and len(now) > 1:
                continue  # it has workers for that
            if used > since.get(each, 0) + 2:
                return each
        time.sleep(0.005)
    raise TimeoutError
