"""For cancel_each of cancel_at.bash: a program, run again and again, each time with
the next of its awaits cancelled.

CODE defines scene(run), which plays with the program and returns None, or what was
wrong. A program that ends by itself needs nothing but `return None`. CODE has all
names of scripts/lib/peer.py, too.
"""
import subprocess

import peer
from peer import *

directory, command = sys.argv[1], sys.argv[2:]


class Run:
    """One run. What it printed is in .out and .err, after end()."""

    def __init__(self, number):
        self.number = number
        self.paths = [os.path.join(directory, name) for name in ("out", "err", "report")]
        with open(self.paths[0], "w") as out, open(self.paths[1], "w") as err:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=err,
                env=os.environ | {"CANCEL_AT": str(number), "CANCEL_REPORT": self.paths[2]})
        peer.pid = self.process.pid

    def listens(self):
        """Waits until it listens, for connect(). False if it has ended before."""
        while self.process.poll() is None:
            with open(self.paths[1]) as err:
                port = err.read().partition("listening on ")[2].partition("\n")
            if port[1]:
                peer.port = int(port[0].rpartition(":")[2])
                return True
            time.sleep(0.002)
        return False

    def stop(self):
        """SIGTERM, unless it has ended by itself, as it does if main was cancelled."""
        settle()
        if self.process.poll() is None:
            self.process.terminate()

    def end(self):
        """Waits for its end. Returns None, or what is wrong with that."""
        try:
            status = self.process.wait(20 * patience)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return "it does not end"
        self.out, self.err, report = map(read, self.paths)
        report = [line.split() for line in report.splitlines()]
        self.awaits = sum(int(line[1]) for line in report if line[0] == "awaits")
        self.cancelled = next((line[1] for line in report if line[0] == "cancelled"), None)
        self.finals = [line[1] for line in report if line[0] == "finally"]
        left = [line[1] for line in report if line[0] == "open"]
        if status not in (0, 1):
            return f"exit {status}: {self.err}"
        return f"descriptors left: {left}" if left else None


def read(path):
    with open(path) as file:
        return file.read()


def each_await(scene):
    """Plays the scene with the first await cancelled, the second, and so on, until
    none is left. Prints where it was, a line each.
    """
    number = 1
    while True:
        run = Run(number)
        wrong = scene(run)
        ended = run.end()
        check = getattr(sys.modules["__main__"], "check", None)
        wrong = ended or wrong or (check(run) if check else None)
        if wrong:
            sys.exit(f"cancelled at await {number}, {run.cancelled}: {wrong}")
        if not run.cancelled:
            break
        print("cancelled", run.cancelled)
        number += 1
