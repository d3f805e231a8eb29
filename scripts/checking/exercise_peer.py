"""The other side of an exercise, for `peer CODE` of scripts/checking/exercise_helper.bash.

Run: exercise_peer.py RUN CODE [ARGUMENT…]

CODE gets the names below, those of scripts/lib/peer.py, and `args`, the arguments.
It says what it is doing with doing("connect and send nothing"), and what is wrong
with wrong("expected", "came"). Sockets wait 2 s at most. A timeout or a reset that
CODE does not catch is what came. All this goes into files whose names begin with
RUN: doing (a line each), expected, came, silent if the program did not answer in time,
and spins if it never waited meanwhile, or sent without end: then no other check is tried.
"""
import errno
import random  # for CODE, which draws from it alone
import re
import threading  # for CODE

from peer import *

run, code, *args = sys.argv[1:]
random.seed(int(os.environ["PEER_SEED"]))
expecting = "an answer"
begun = (0.0, 0.0)  # the time the program had been given, and had run, when doing() was called


def tell(what, words, mode="w"):
    with open(f"{run}.{what}", mode, encoding="utf-8") as file:
        file.write(words)


def doing(words, answer="an answer"):
    """What the peer does now, and what it expects."""
    global expecting, begun
    expecting = answer
    received.clear()
    begun = given(), schedstat()[0]
    tell("doing", words.replace("\n", " ") + "\n", "a")


def wrong(expected, came):
    """Ends the peer, and the test."""
    tell("expected", str(expected))
    tell("came", str(came))
    sys.exit(3)


def quote(data):
    """Bytes as C writes them: "abc\\n"."""
    text = data.decode("utf-8", "backslashreplace").translate(
        {10: "\\n", 13: "\\r", 9: "\\t", 34: '\\"', 92: "\\\\", 0: "\\0"})
    return f'"{text}"'


def show(data):
    """The same on one line; long ones cut."""
    if not isinstance(data, bytes):
        return data
    return quote(data[:300]) + (f" … ({len(data)} bytes)" if len(data) > 300 else "")


def show_lines(data, most):
    """The same, a line for each line that was sent, of so many bytes at most; the learner
    is shown what is near the first difference.
    """
    if not isinstance(data, bytes):
        return data
    return "\n".join(map(quote, re.findall(rb"[^\n]*\n|[^\n]+", data[:most])))


def expect(expected, came):
    if expected != came:
        most = 4096 + next(
            (i for i, (one, other) in enumerate(zip(expected, came)) if one != other),
            min(len(expected), len(came)))
        wrong(*(show_lines(data, most) if data else "the end" for data in (expected, came)))


def amount(data):
    """How much that is, and if it is little, what."""
    lines = data.count(b"\n")
    if len(data) <= 150:
        return show(bytes(data))
    return f"{lines} line{'s'[:lines != 1]}" if lines else f"{len(data)} bytes"


def spins():
    """True if the program has used the processor all the time that it was given."""
    return state() == "R" and schedstat()[0] - begun[1] > (given() - begun[0]) / 4


def nothing_more():
    """What came, when nothing came any more."""
    came = f"{amount(received)}, then nothing, not even the end, for 2 s" if received else "nothing, for 2 s"
    tell("silent", "")
    if spins():
        tell("spins", "")
        came += "\nit never waited: it ran all the time (an endless loop)"
    wrong(expecting, came)


def is_silent(s, seconds=0.2):
    """True if for so long nothing comes, not even the end."""
    settle()
    s.settimeout(seconds * patience)
    try:
        s.recv(1, socket.MSG_PEEK)
        return False
    except TimeoutError:
        return True
    finally:
        s.settimeout(timeout)


def expect_asleep(seconds=0.3):
    """That it comes to rest: for so long it sleeps, but for a few timers and packets. It
    may have something to do before that.
    """
    settle()
    for _ in range(5):
        began, ran, woke = given(), schedstat()[0], wakings()
        while given() - began < seconds:
            time.sleep(0.02)
        ran, woke = schedstat()[0] - ran, wakings() - woke
        if ran <= seconds / 5 and woke <= 2 + seconds * 10:
            return
    if ran > seconds / 5:
        wrong("it waits without using the processor", f"it ran for {ran:.1f} of {seconds} s")
    wrong("it sleeps until there is something to do", f"it woke {woke} times in {seconds} s")


def wakings():
    """Returns how often it has gone to sleep so far."""
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("voluntary"))


def send_meanwhile(s, data, half_close=True):
    """Sends in a thread, for a program that stops reading while its answers wait."""
    def send(s):
        try:
            s.sendall(data)
            if half_close:
                s.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # the reader of s is told, too

    other = s.dup()
    other.settimeout(10 * patience)
    threading.Thread(target=send, args=(other,), daemon=True).start()
    settle()


def stop():
    """Stops it, with SIGTERM, while its peers are connected; then await_exercise."""
    os.kill(pid, signal.SIGTERM)
    settle()


def expect_descriptors(before):
    """That there are no more of them than before, 2 s later at most."""
    settle()  # what connected and closed has been accepted, too
    end = given() + 2 * patience
    while descriptors() > before and given() < end:
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
except (Endless, MemoryError) as amount_and_time:
    tell("spins", "")
    wrong(expecting, f"{amount_and_time or 'more than all memory'}, without end")
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
