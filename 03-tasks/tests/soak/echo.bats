#!/usr/bin/env bats
# The long runs of echo, for make soak: what the other echo servers go through, too.

load ../../../scripts/lib/test_helper
load ../../../02-sockets/tests/helpers/echo_servers_soak

@test "echo: three hundred resets" {
    three_hundred_resets echo
}

@test "echo: a thousand slow clients at once" {
    slow_clients echo
}

@test "echo: ten thousand connections" {
    ten_thousand 1843 echo
}

@test "echo: random garbage, random closes" {
    garbage echo
}
