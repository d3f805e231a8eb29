"""Holds idle connections to a server and prints what each costs it, in KiB.

Run: python3 idle.py PORT PID CONNECTIONS
"""
import resource
import socket
import struct
import sys

port, pid, count = map(int, sys.argv[1:])
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def resident():
    with open(f"/proc/{pid}/status") as status:
        return next(int(line.split()[1]) for line in status
                    if line.startswith("VmRSS"))


def connect():
    s = socket.create_connection(("127.0.0.1", port), timeout=20)
    # A reset at the end leaves no port in TIME_WAIT behind.
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return s


def echo(s):
    s.sendall(b"x")
    if s.recv(1) != b"x":
        sys.exit("idle.py: no echo")


echo(connect())
before = resident()
held = []
for i in range(1, count + 1):
    held.append(connect())
    if i % 50 == 0 or i == count:
        echo(held[-1])      # not before all up to here have been accepted
print(f"{(resident() - before) / count:.2f}")
