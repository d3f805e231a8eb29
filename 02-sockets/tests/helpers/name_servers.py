"""Runs a program where /etc/hosts, /etc/resolv.conf and the name servers are a test's.

name_servers.py DIRECTORY SERVER… -- COMMAND…  in mount and network namespaces. The
files are DIRECTORY/hosts and DIRECTORY/resolv.conf. A SERVER is one word,
ADDRESS=BEHAVIOUR[,RECORD…]; a RECORD is an address, which every name has. Behaviours:

    answers    lower_case (of the question in its answer)    silent
    late (by 0.3 s)    refuses    fails    knows_no_name
"""
import ipaddress
import selectors
import socket
import struct
import subprocess
import sys
import threading
import time

A, AAAA, IN, TTL = 1, 28, 1, 60
RCODES = {"fails": 2, "knows_no_name": 3, "refuses": 5}


def answer(question, behaviour, records):
    """Returns the answer to a datagram; None: silence."""
    end = question.index(0, 12) + 1
    name, (kind,) = question[12:end], struct.unpack("!H", question[end:end + 2])
    rcode = RCODES.get(behaviour, 0)
    if behaviour == "silent":
        return None
    if behaviour == "late":
        time.sleep(0.3)
    if behaviour == "lower_case":
        name = name.lower()
    found = [r.packed for r in records if rcode == 0 and kind == {4: A, 6: AAAA}[r.version]]
    header = question[:2] + struct.pack("!HHHHH", 0x8180 | rcode, 1, len(found), 0, 0)
    return header + name + question[end:end + 4] + b"".join(
        b"\xc0\x0c" + struct.pack("!HHIH", kind, IN, TTL, len(data)) + data for data in found)


def start(selector, server):
    address, _, words = server.partition("=")
    behaviour, *records = words.split(",")
    (family, kind, _, _, sockaddr), *_ = socket.getaddrinfo(
        address, 53, type=socket.SOCK_DGRAM, flags=socket.AI_NUMERICHOST)
    udp = socket.socket(family, kind)
    udp.bind(sockaddr)
    selector.register(udp, selectors.EVENT_READ,
                      (behaviour, [ipaddress.ip_address(r) for r in records]))


def serve(selector):
    while True:
        for key, _ in selector.select():
            question, peer = key.fileobj.recvfrom(2000)
            if reply := answer(question, *key.data):
                key.fileobj.sendto(reply, peer)


directory, separator = sys.argv[1], sys.argv.index("--")
subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
subprocess.run(["ip", "address", "add", "fe80::1/64", "dev", "lo"], check=True)
for name in "hosts", "resolv.conf":
    subprocess.run(["mount", "--bind", f"{directory}/{name}", f"/etc/{name}"], check=True)
servers = selectors.DefaultSelector()
for argument in sys.argv[2:separator]:
    start(servers, argument)
threading.Thread(target=serve, args=(servers,), daemon=True).start()
status = subprocess.run(sys.argv[separator + 1:]).returncode
sys.exit(status if status >= 0 else 128 - status)
