#!/usr/bin/env bats
# Proves the answers of interview.md: a test's name begins with its card's id.

load ../../scripts/lib/test_helper

# number WORDS: the number that follows these words in $output.
number() {
    sed -nE "s|.*$1 *([0-9]+).*|\1|p" <<<"$output"
}

# words_after LABEL SCENE: how many words follow it, below the scene's line.
words_after() {
    awk -v label="$1" -v scene="$2" '
        /^[^ ]/ { here = $0 == scene } here && $1 == label { print NF - 1 }' <<<"$output"
}

@test "02-01 a listener, a buffer each way and an empty output are start_server's echo" {
    start_server server -p 0
    run_program client 127.0.0.1 "$port" hello
    assert_output hello
    stop_server
    assert_equal "$status" 0
    output=$(said) stderr=''
    show "build/02-sockets/server -p 0"
    assert_output --regexp "^Received hello from \('127\.0\.0\.1', [0-9]+\)$"
}

@test "02-03 an echo costs a bufferevent seven system calls, a bare event three" {
    prove syscalls
    assert_equal "$(words_after echo: bufferevent)" 7
    assert_equal "$(words_after echo: "bare event")" 3
}

@test "02-04 a bufferevent reads 4096 bytes at a time; from libevent 2.2 on 16 KiB, or what you set" {
    local reads=(4 16384 1 65536)

    prove read_size
    [[ $output != "libevent 2.1,"* ]] || reads=(16 4096 16 4096)
    assert_output --regexp "^libevent 2\.[1-9], 65536 bytes lie ready
  by default: reads: ${reads[0]}, of ${reads[1]} bytes at most
  bufferevent_set_max_single_read to 65536: reads: ${reads[2]}, of ${reads[3]} bytes at most$"
}

@test "02-04 asyncio reads them in one" {
    prove_python read_size
    assert_output "asyncio: 65536 bytes lie ready: reads: 1, of 65536 bytes at most"
}

@test "02-05 a write to a closed peer kills the process, or is an error if SIGPIPE is ignored" {
    prove sigpipe
    assert_output "SIGPIPE by default:
  the process was killed: Broken pipe
SIGPIPE ignored:
  the event callback: Broken pipe
  the process ended by itself: 0"
}

@test "02-05 Python ignores it from the start" {
    prove_python sigpipe
    assert_output "SIGPIPE is SIG_IGN
asyncio: BrokenPipeError"
}

@test "02-06 a write takes a part, then nothing, till the peer has read" {
    prove partial_write
    assert_output "write of 4 MB: a part taken
write again:   Resource temporarily unavailable
writable:      no
peer reads it: writable: yes"
}

@test "02-07 the write high-water mark is stored and ignored" {
    prove high_water
    assert_equal "$(number "high-water mark:")" 4096
    assert_equal "$(number "writes of 64 KiB:")" 0
    (($(number "in the output:") > 10000000)) || fail "$output"
}

@test "02-07 asyncio's write takes it all, too; drain waits" {
    prove_python high_water
    (($(number "in the buffer:" | head -n 1) > 10000000)) || fail "$output"
    assert_line "drain(): waits"
    assert_line --partial "drain() has returned, in the buffer: no more than the low mark"
}

@test "02-08 enabling reading again does not redeliver, bufferevent_trigger does" {
    prove enabled_again
    assert_output "the peer sends 5 bytes:   calls: 1, bytes in the input: 5
enabled again, 10 passes: calls: 1, bytes in the input: 5
bufferevent_trigger:      calls: 2"
}

@test "02-09 while reading is off no EOF comes; a reset does if something is owed, and a write timeout" {
    prove paused_eof
    assert_output "reading off, 0 bytes owed
  the peer closes: nothing
  reading on: read: EOF
reading off, 0 bytes owed
  the peer resets: nothing
  reading on: read: error
reading off, 1048576 bytes owed
  the peer half-closes: nothing
  it closes, with bytes unread: write: error
reading off, 1048576 bytes owed
  the peer takes nothing, a write timeout: write: timeout"
}

@test "02-09 an event of your own with EV_CLOSED reports a FIN; a reset needs EV_READ and EV_ET, too" {
    prove early_close
    assert_output "epoll: EV_CLOSED EV_ET
poll: EV_CLOSED
select:
EV_CLOSED
  6 bytes come: not called
  the peer closes: EV_CLOSED
EV_CLOSED
  6 bytes come: not called
  the peer resets: not called, and the loop spins
EV_READ | EV_CLOSED | EV_ET
  6 bytes come: EV_READ
  the peer closes: EV_READ EV_CLOSED
EV_READ | EV_CLOSED | EV_ET
  6 bytes come: EV_READ
  the peer resets: EV_READ, Connection reset by peer"
}

@test "02-09 a level-triggered event makes an edge-triggered one on the same descriptor like itself" {
    prove mixed_edges
    assert_output "edge, a byte comes: 10 passes, calls: 1
and level beside it: 10 passes, calls: 10"
}

@test "02-09 asyncio sees no EOF while it is paused, and a reset only if it owes something" {
    prove_python paused_eof
    assert_output "asyncio: reading paused, 0 bytes owed, the peer has closed: nothing
asyncio: reading resumed: EOF
asyncio: reading paused, 1000000 bytes owed, the peer has closed: lost"
}

@test "02-10 bufferevent_flush sends nothing on a socket; wait for the write callback" {
    prove polite_close
    assert_line --partial "returns 0, 5 bytes still in the output; freed: the peer gets 0 bytes"
    assert_line "freed in the write callback: the peer gets 5 bytes"
}

@test "02-10 asyncio's close sends what is buffered" {
    prove_python polite_close
    assert_output "asyncio: after close(), in the buffer: bytes
the peer gets 1000000 bytes of 1000000"
}

@test "02-11 who closes on EOF cuts off what it still owes" {
    prove half_close
    assert_output "freed on EOF          : the client gets a part of its 1 MB
freed when all is sent: the client gets all of its 1 MB"
}

@test "02-12 closing with input unread is a reset, and the rest of the answer is lost" {
    prove unread_input
    assert_output "1024 of 5000 bytes read, then close: the client gets a part of the answer, then: Connection reset by peer
5000 of 5000 bytes read, then close: the client gets all of the answer, then: EOF"
}

@test "02-13 bufferevent_free closes the descriptor one pass later, or with the base" {
    prove closed_later
    assert_output "after bufferevent_free:      open
after one pass of the loop:  closed
another, base freed at once: closed"
}

@test "02-14 out of descriptors the listener reports errors without a rest, until it is paused" {
    [[ -z ${VALGRIND-} ]] || skip "valgrind keeps descriptors for itself"
    prove emfile
    assert_output "1000 errors for one client: Too many open files
paused for 50 ms: 0 errors more, then accepted"
}

@test "02-14 asyncio stops listening for a second" {
    prove_python emfile
    assert_line "asyncio: socket.accept() out of system resource"
    (($(number "messages in 300 ms:") <= 101)) || fail "$output" # 100 until 3.13
}

@test "02-15 a full input that nobody drains calls its reader again and again" {
    prove full_input
    assert_output "call    1: 4096 bytes in the input
call  501: 4096 bytes in the input
call 1001: 4096 bytes in the input"
}

@test "02-15 in asyncio a line too long is an error" {
    prove_python full_input
    assert_output --partial "asyncio: readline: Separator is not found"
}

@test "02-16 clients are connected before accept, backlog + 1 of them; a backlog of 0 is refused" {
    prove backlog
    assert_output "listen(2), no accept: 3 of 6 connected, 3 have sent a request
evconnlistener_new_bind, backlog 0: NULL"
}

@test "02-18 level tells as long as there is something, edge once" {
    prove edge
    assert_output "level: 20 passes, calls: 10, bytes not read: 0
edge : 20 passes, calls: 1, bytes not read: 9"
}

@test "02-19 connect_hostname calls getaddrinfo, unless it is given an evdns_base" {
    prove blocking_lookup
    assert_output "connect_hostname, no evdns_base:
  getaddrinfo: asks, and waits for the answer
  connect_hostname returns
connect_hostname, an evdns_base:
  connect_hostname returns
  the name server has the question, nobody waits"
}

@test "02-19 evdns_getaddrinfo gives up before a silent first name server's time is over" {
    prove evdns_defaults
    assert_output "the first name server is asked for A
the second name server is asked for AAAA
evdns_getaddrinfo: non-recoverable failure in name resolution"
}

@test "02-20 a connection in TIME_WAIT keeps the port, unless SO_REUSEADDR is set" {
    prove time_wait
    assert_output "started again, without SO_REUSEADDR: Address already in use
started again, with SO_REUSEADDR: listens"
}

@test "02-21 with SO_REUSEPORT a second server on the port is not told, and gets clients" {
    prove reuse_port
    assert_line --index 2 "  server 2: Address already in use"
    assert_line --index 5 "  server 2: listens"
    (($(number "clients:") > 0 && $(number " and") > 0)) || fail "$output"
    (($(number "clients:") + $(number " and") == 100)) || fail "$output"
}

@test "02-22 one client wakes every loop on a shared socket, but one of those with their own" {
    prove herd
    assert_output "one for all   : 4 of 4 woken, 1 got the client
a socket each : 1 of 4 woken, 1 got the client"
}

@test "02-23 Nagle holds back a second small write, TCP_NODELAY sends it" {
    prove nagle
    assert_output "TCP_NODELAY off: 2 writes of 100 bytes, 100 bytes held back
TCP_NODELAY on : 2 writes of 100 bytes, 0 bytes held back"
}

@test "02-23 asyncio sets TCP_NODELAY itself" {
    prove_python nagle
    assert_output "asyncio: TCP_NODELAY is on"
}

@test "02-25 epoll reports a closed descriptor as long as there is a copy" {
    prove copied_descriptor
    assert_output "not copied, closed: 0 events
copied, closed: 1 events; to remove it now: Bad file descriptor
copied, removed, then closed: 0 events"
}

@test "02-26 a race reaches the second address, where the first one swallows packets" {
    prove happy_eyeballs
    assert_output "127.0.0.2 alone: timed out
127.0.0.2, then 127.0.0.3: connected to 127.0.0.3"
}

@test "02-26 asyncio does not, unless it is given happy_eyeballs_delay" {
    prove_python happy_eyeballs
    assert_output "open_connection: not connected after 1 s
happy_eyeballs_delay=0.25: connected to 127.0.0.3"
}
