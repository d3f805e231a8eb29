#!/usr/bin/env bats
# echo: what every echo server promises (02-sockets/tests/helpers/echo_servers.bash),
# and what only a server with a task for each connection does.

load ../../scripts/lib/test_helper
load ../../02-sockets/tests/helpers/echo_servers
load helpers/cancel_at

@test "echo: echoes until the client closes, prints nothing" {
    rounds echo
}

@test "echo: ten megabytes come back as they went" {
    every_byte echo
}

@test "echo: what goes out in small parts comes back whole" {
    small_parts echo
}

@test "echo: after the client's half-close it gets what is owed" {
    half_close echo
}

@test "echo: a client that never reads costs under 1 MiB, and gets all of it later" {
    never_reads echo
}

@test "echo: peers that reset do not end it, not in the middle of a flood either" {
    resets echo
}

@test "echo: a peer that resets while it is not read from is freed at once, a half-closed one kept" {
    gone_while_paused echo
}

@test "echo: a peer that is gone when the echo is written does not end it" {
    gone echo
}

@test "echo: out of descriptors it pauses, says so, and serves again" {
    no_descriptors echo
}

@test "echo: an error of one waiting connection costs the others no pause" {
    one_lost echo
}

@test "echo: a low soft limit of descriptors is raised to the hard one" {
    soft_limit echo
}

@test "echo: Nagle is off, so that a small echo waits for nothing" {
    socket_option IPPROTO_TCP TCP_NODELAY echo
}

@test "echo: the kernel probes silent peers (SO_KEEPALIVE)" {
    socket_option SOL_SOCKET SO_KEEPALIVE echo
}

@test "echo: out of memory some connections go, the server stays" {
    no_memory echo
}

@test "echo: SIGTERM and SIGINT end it at once, though a client is there" {
    idle_stop echo
}

@test "echo: what it owes is flushed when it is stopped, to the byte" {
    owing_stop echo
}

@test "echo: a client that never stops sending does not delay the stop" {
    busy_stop echo
}

@test "echo: its stop lets an answer arrive that is on its way" {
    polite_stop echo
}

@test "echo: while it stops it serves no new client" {
    late_client echo
}

@test "echo: a peer that takes nothing delays the stop by 5 s, not more" {
    stuck_stop echo
}

@test "echo: holds no descriptor more when all clients are gone" {
    descriptors_back echo
}

@test "echo: listens on IPv6, too, and an IPv6 address gets no IPv4 clients" {
    ipv6 echo
}

@test "echo: listens on 127.0.0.1:8888 by itself" {
    default_port echo
}

@test "echo: a port that is taken, an address that is not ours: says so, exit 1" {
    taken_port echo
}

@test "echo: started again, it has its port at once" {
    restart echo
}

@test "echo: ports, addresses and options that are none are wrong usage" {
    wrong_usage echo
}

@test "echo: cancelled at any await, it cleans up, and answers nothing twice" {
    [[ -z ${SANITIZE-}${VALGRIND-} ]] || skip "the same for every build"
    cancel_each 03-tasks/echo '
def ask(parts, receive_buffer=0):
    """Sends the parts, reads what comes for each but the last, then all the rest."""
    global served
    sent, got = b"".join(parts), b""
    try:
        s = connect(receive_buffer=receive_buffer)
        served += 1
        for part in parts[:-1]:
            s.sendall(part)
            got += read_exactly(s, len(part))
        s.sendall(parts[-1])
        s.shutdown(socket.SHUT_WR)
        got += read_all(s)
    except ConnectionError: pass
    full.append(got == sent)
    return sent.startswith(got)

def scene(run):
    global served, full
    served, full = 0, []
    if not run.listens(): return "it does not listen"
    prefixes = [ask([b"one", b"two"]), ask([b"three"]), ask([os.urandom(400_000)], 4096)]
    run.stop()
    return None if all(prefixes) else "what came back is not what was sent"

def check(run):
    if run.cancelled and run.cancelled.startswith("serve.c"): return None  # all may end
    if run.finals.count("echo.c") != served: return f"finally {run.finals}, {served} clients"
    if full.count(False) > bool(run.cancelled): return f"all of it: {full}"
' -p 0
}
