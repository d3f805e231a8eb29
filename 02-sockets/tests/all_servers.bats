#!/usr/bin/env bats
# What every echo server promises, seen from outside: server -k on bufferevents,
# raw_server on events, epoll_server on epoll. What only `server` does is in
# server.bats. Each promise is a function in helpers/echo_servers.bash.

load ../../scripts/lib/test_helper
load helpers/echo_servers

@test "server -k: echoes until the client closes, prints nothing" {
    rounds server -k
}

@test "raw_server: echoes until the client closes, prints nothing" {
    rounds raw_server
}

@test "epoll_server: echoes until the client closes, prints nothing" {
    rounds epoll_server
}

@test "server -k: ten megabytes come back as they went" {
    every_byte server -k
}

@test "raw_server: ten megabytes come back as they went" {
    every_byte raw_server
}

@test "epoll_server: ten megabytes come back as they went" {
    every_byte epoll_server
}

@test "server -k: what goes out in small parts comes back whole" {
    small_parts server -k
}

@test "raw_server: what goes out in small parts comes back whole" {
    small_parts raw_server
}

@test "epoll_server: what goes out in small parts comes back whole" {
    small_parts epoll_server
}

@test "server -k: after the client's half-close it gets what is owed" {
    half_close server -k
}

@test "raw_server: after the client's half-close it gets what is owed" {
    half_close raw_server
}

@test "epoll_server: after the client's half-close it gets what is owed" {
    half_close epoll_server
}

@test "server -k: a client that never reads costs under 1 MiB, and gets all of it later" {
    never_reads server -k
}

@test "raw_server: a client that never reads costs under 1 MiB, and gets all of it later" {
    never_reads raw_server
}

@test "epoll_server: a client that never reads costs under 1 MiB, and gets all of it later" {
    never_reads epoll_server
}

@test "server -k: peers that reset do not end it, not in the middle of a flood either" {
    resets server -k
}

@test "raw_server: peers that reset do not end it, not in the middle of a flood either" {
    resets raw_server
}

@test "epoll_server: peers that reset do not end it, not in the middle of a flood either" {
    resets epoll_server
}

@test "server -k: a peer that resets while it is not read from is freed at once, a half-closed one kept" {
    gone_while_paused server -k
}

@test "raw_server: a peer that resets while it is not read from is freed at once, a half-closed one kept" {
    gone_while_paused raw_server
}

@test "epoll_server: a peer that resets while it is not read from is freed at once, a half-closed one kept" {
    gone_while_paused epoll_server
}

@test "server -k: a peer that is gone when the echo is written does not end it" {
    gone server -k
}

@test "raw_server: a peer that is gone when the echo is written does not end it" {
    gone raw_server
}

@test "epoll_server: a peer that is gone when the echo is written does not end it" {
    gone epoll_server
}

@test "server -k: out of descriptors it pauses, says so, and serves again" {
    no_descriptors server -k
}

@test "raw_server: out of descriptors it pauses, says so, and serves again" {
    no_descriptors raw_server
}

@test "epoll_server: out of descriptors it pauses, says so, and serves again" {
    no_descriptors epoll_server
}

@test "server -k: an error of one waiting connection costs the others no pause" {
    one_lost server -k
}

@test "raw_server: an error of one waiting connection costs the others no pause" {
    one_lost raw_server
}

@test "epoll_server: an error of one waiting connection costs the others no pause" {
    one_lost epoll_server
}

@test "server -k: a low soft limit of descriptors is raised to the hard one" {
    soft_limit server -k
}

@test "raw_server: a low soft limit of descriptors is raised to the hard one" {
    soft_limit raw_server
}

@test "epoll_server: a low soft limit of descriptors is raised to the hard one" {
    soft_limit epoll_server
}

@test "server -k: Nagle is off, so that a small echo waits for nothing" {
    socket_option IPPROTO_TCP TCP_NODELAY server -k
}

@test "raw_server: Nagle is off, so that a small echo waits for nothing" {
    socket_option IPPROTO_TCP TCP_NODELAY raw_server
}

@test "epoll_server: Nagle is off, so that a small echo waits for nothing" {
    socket_option IPPROTO_TCP TCP_NODELAY epoll_server
}

@test "server -k: the kernel probes silent peers (SO_KEEPALIVE)" {
    socket_option SOL_SOCKET SO_KEEPALIVE server -k
}

@test "raw_server: the kernel probes silent peers (SO_KEEPALIVE)" {
    socket_option SOL_SOCKET SO_KEEPALIVE raw_server
}

@test "epoll_server: the kernel probes silent peers (SO_KEEPALIVE)" {
    socket_option SOL_SOCKET SO_KEEPALIVE epoll_server
}

@test "server -k: out of memory some connections go, the server stays" {
    no_memory server -k
}

@test "raw_server: out of memory some connections go, the server stays" {
    no_memory raw_server
}

@test "epoll_server: out of memory some connections go, the server stays" {
    no_memory epoll_server
}

@test "server -k: SIGTERM and SIGINT end it at once, though a client is there" {
    idle_stop server -k
}

@test "raw_server: SIGTERM and SIGINT end it at once, though a client is there" {
    idle_stop raw_server
}

@test "epoll_server: SIGTERM and SIGINT end it at once, though a client is there" {
    idle_stop epoll_server
}

@test "server -k: what it owes is flushed when it is stopped, to the byte" {
    owing_stop server -k
}

@test "raw_server: what it owes is flushed when it is stopped, to the byte" {
    owing_stop raw_server
}

@test "epoll_server: what it owes is flushed when it is stopped, to the byte" {
    owing_stop epoll_server
}

@test "server -k: a client that never stops sending does not delay the stop" {
    busy_stop server -k
}

@test "raw_server: a client that never stops sending does not delay the stop" {
    busy_stop raw_server
}

@test "epoll_server: a client that never stops sending does not delay the stop" {
    busy_stop epoll_server
}

@test "server -k: its stop lets an answer arrive that is on its way" {
    polite_stop server -k
}

@test "raw_server: its stop lets an answer arrive that is on its way" {
    polite_stop raw_server
}

@test "epoll_server: its stop lets an answer arrive that is on its way" {
    polite_stop epoll_server
}

@test "server -k: while it stops it serves no new client" {
    late_client server -k
}

@test "raw_server: while it stops it serves no new client" {
    late_client raw_server
}

@test "epoll_server: while it stops it serves no new client" {
    late_client epoll_server
}

@test "server -k: a peer that takes nothing delays the stop by 5 s, not more" {
    stuck_stop server -k
}

@test "raw_server: a peer that takes nothing delays the stop by 5 s, not more" {
    stuck_stop raw_server
}

@test "epoll_server: a peer that takes nothing delays the stop by 5 s, not more" {
    stuck_stop epoll_server
}

@test "server -k: holds no descriptor more when all clients are gone" {
    descriptors_back server -k
}

@test "raw_server: holds no descriptor more when all clients are gone" {
    descriptors_back raw_server
}

@test "epoll_server: holds no descriptor more when all clients are gone" {
    descriptors_back epoll_server
}

@test "server -k: listens on IPv6, too, and an IPv6 address gets no IPv4 clients" {
    ipv6 server -k
}

@test "raw_server: listens on IPv6, too, and an IPv6 address gets no IPv4 clients" {
    ipv6 raw_server
}

@test "epoll_server: listens on IPv6, too, and an IPv6 address gets no IPv4 clients" {
    ipv6 epoll_server
}

@test "first_server, server, raw_server, epoll_server: SIGTERM ends one that was started with SIGTERM blocked" {
    local each

    for each in first_server server raw_server epoll_server; do
        within="env --block-signal=INT,TERM" start_server "$each" -p 0
        kill -TERM "$server_pid"
        wait_until 5 is_gone "$server_pid" || fail "$each does not end"
        has_ended
    done
}

@test "server -k: listens on 127.0.0.1:8888 by itself" {
    default_port server -k
}

@test "raw_server: listens on 127.0.0.1:8888 by itself" {
    default_port raw_server
}

@test "epoll_server: listens on 127.0.0.1:8888 by itself" {
    default_port epoll_server
}

@test "server -k: a port that is taken, an address that is not ours: says so, exit 1" {
    taken_port server -k
}

@test "raw_server: a port that is taken, an address that is not ours: says so, exit 1" {
    taken_port raw_server
}

@test "epoll_server: a port that is taken, an address that is not ours: says so, exit 1" {
    taken_port epoll_server
}

@test "server -k: started again, it has its port at once" {
    restart server -k
}

@test "raw_server: started again, it has its port at once" {
    restart raw_server
}

@test "epoll_server: started again, it has its port at once" {
    restart epoll_server
}

@test "server -k: ports, addresses and options that are none are wrong usage" {
    wrong_usage server -k
}

@test "raw_server: ports, addresses and options that are none are wrong usage" {
    wrong_usage raw_server
}

@test "epoll_server: ports, addresses and options that are none are wrong usage" {
    wrong_usage epoll_server
}

@test "the asyncio twins: SIGTERM ends them, too, though a client is idle" {
    local twin before

    for twin in server first_server raw_server; do
        start_twin "$twin" -p 0
        before=$(descriptors "$server_pid")
        exec 7<>"/dev/tcp/127.0.0.1/$port"
        wait_until 30 descriptors_are $((before + 1))
        stop_server
        assert_equal "$status" 0
        exec 7>&-
    done
}
