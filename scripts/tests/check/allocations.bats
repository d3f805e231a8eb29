#!/usr/bin/env bats
# Memory runs out, in every program, where it or libevent asks for some: a clear
# message and exit 1, or carrying on; nothing is left on the way out. Here at some
# of the places; soak/allocations.bats takes all.

plain_build_only=yes
load ../../lib/test_helper
load ../helpers/ways
load ../helpers/allocations
most=8

@test "memory: no chapter is left out" {
    no_chapter_is_left_out
}

@test "memory: the programs of 01" {
    of_chapter 01
}

@test "memory: the programs of 02" {
    of_chapter 02
}

@test "memory: the programs of 03" {
    of_chapter 03
}

@test "memory: the programs of 04" {
    of_chapter 04
}

@test "memory: the programs of 05" {
    of_chapter 05
}

# A connection that libevent could not make whole would take what it is sent, and
# never answer.
@test "memory: nine clients at once, and a server that lacks some: none waits in vain" {
    for command in 02-sockets/{"server -k",server,raw_server,epoll_server} 03-tasks/echo; do
        # shellcheck disable=SC2086 # words
        run timeout -k 1 60 /usr/bin/python3 - "${preload[@]}" "$BATS_TEST_TMPDIR/report" \
            "$build/"$command -p 0 <<'END'
import os, signal, socket, subprocess, sys, time
preload, report, command = sys.argv[1:3], sys.argv[3], sys.argv[4:]

def nine_clients(number):
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                              env=dict(variable.split("=", 1) for variable in preload) |
                                  {"ALLOCATION": str(number), "ALLOCATION_REPORT": report})
    port = server.stderr.readline().rpartition(b":")[2]
    if not port.strip().isdigit():  # it did not come to listen
        server.communicate()
        return
    clients = [socket.create_connection(("127.0.0.1", int(port)), 10) for _ in range(9)]
    time.sleep(0.01)  # it has them all, mostly, and nothing to write to them
    server.send_signal(signal.SIGSTOP)
    gone = 0
    for client in clients:
        try: client.send(b"hello")
        except OSError: pass
    server.send_signal(signal.SIGCONT)
    for client in clients:
        try: gone += client.recv(9) != b"hello"
        except ConnectionError: gone += 1
        except TimeoutError: sys.exit(f"without allocation {number} a client waits for ever")
        client.close()
    server.terminate()
    said = server.communicate(timeout=10)
    if server.returncode != 0 or gone > 1:
        sys.exit(f"without allocation {number}: {gone} clients gone, exit {server.returncode}: {said}")

number, failed = 0, 1
while failed or number == 1:
    nine_clients(number := number + 1)
    failed = int(open(report).read().split()[3].rstrip(","))
print(number > 9)
END
        assert_output True
    done
}
