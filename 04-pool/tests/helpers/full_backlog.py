"""full_backlog.py PORT ADDRESS…: listens there, and lets the kernel drop what comes.

The queue of each listening socket is full, so that a connect gets no answer.
"""
import signal
import socket
import sys

sockets = []
for address in sys.argv[2:]:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((address, int(sys.argv[1])))
    listener.listen(0)
    sockets.append(listener)
    for _ in range(3):
        client = socket.socket(family)
        client.setblocking(False)
        client.connect_ex(listener.getsockname())
        sockets.append(client)
print("full", flush=True)
signal.pause()
