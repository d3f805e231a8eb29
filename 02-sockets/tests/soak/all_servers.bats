#!/usr/bin/env bats
# The long runs, for make soak: every echo server under what the world does to it, in
# helpers/echo_servers_soak.bash.

load ../../../scripts/lib/test_helper
load ../helpers/echo_servers_soak

@test "server -k: three hundred resets" {
    three_hundred_resets server -k
}

@test "raw_server: three hundred resets" {
    three_hundred_resets raw_server
}

@test "epoll_server: three hundred resets" {
    three_hundred_resets epoll_server
}

@test "server -k: a thousand slow clients at once" {
    slow_clients server -k
}

@test "raw_server: a thousand slow clients at once" {
    slow_clients raw_server
}

@test "epoll_server: a thousand slow clients at once" {
    slow_clients epoll_server
}

@test "server -k: ten thousand connections" {
    ten_thousand 1434 server -k
}

@test "raw_server: ten thousand connections" {
    ten_thousand 717 raw_server
}

@test "epoll_server: ten thousand connections" {
    ten_thousand 717 epoll_server
}

@test "server -k: random garbage, random closes" {
    garbage server -k
}

@test "raw_server: random garbage, random closes" {
    garbage raw_server
}

@test "epoll_server: random garbage, random closes" {
    garbage epoll_server
}
