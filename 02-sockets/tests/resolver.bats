#!/usr/bin/env bats
# resolver: names to addresses on the loop, with name servers that misbehave.

load ../../scripts/lib/test_helper
load helpers/name_servers

both=127.0.0.3,2001:db8::3
two_servers='nameserver 127.0.0.41\nnameserver 127.0.0.42'
answer='svc.test: 2001:db8::3/80 127.0.0.3/80'

# look_up SECONDS HOST…: what is not found in so much time is cancelled.
look_up() {
    drive look_up "$(($1 * slow))" "${@:2}"
}

@test "resolver: numbers and localhost need no name server, and are answered through the loop" {
    look_up 5 127.0.0.1 ::1 '[::1]' fe80::1%lo localhost
    assert_equal "$(sort <<<"$output")" "127.0.0.1: 127.0.0.1/80
::1: ::1/80
[::1]: ::1/80
fe80::1%lo: fe80::1%lo/80
localhost: ::1/80 127.0.0.1/80"
}

@test "resolver: what can be no name is an unknown host at once" {
    long=$(printf '%064d' 0)
    look_up 5 fe80::1%none 1:2 '' a..b "$long.test" "$long$long$long$long"
    (($(grep -c ": Name or service not known$" <<<"$output") == 6)) || fail "$output"
}

@test "resolver: /etc/hosts comes before the name servers, in its order" {
    with_names $'127.0.0.2 a.test both.test # c.test\n127.0.0.1 BOTH.test\n::1 both.test' \
        'nameserver 127.0.0.42' 127.0.0.42=knows_no_name
    look_up 5 both.test
    assert_output "both.test: 127.0.0.2/80 127.0.0.1/80 ::1/80"
    look_up 5 c.test
    assert_output "c.test: Name or service not known"
}

# getaddrinfo takes 5 s for this.
@test "resolver: a first name server that is silent costs less than 4 s" {
    with_names '' "$two_servers" 127.0.0.41=silent 127.0.0.42=answers,127.0.0.3
    look_up 4 svc.test
    assert_output "svc.test: 127.0.0.3/80"
}

@test "resolver: neither family is lost behind a first name server that is silent" {
    with_names '' "$two_servers" 127.0.0.41=silent 127.0.0.42=answers,$both
    look_up 4 svc.test
    assert_output "$answer"
}

@test "resolver: two silent name servers are left for the third" {
    with_names '' "$two_servers\nnameserver 127.0.0.43" \
        127.0.0.41=silent 127.0.0.42=silent 127.0.0.43=answers,$both
    look_up 4 svc.test
    assert_output "$answer"
}

@test "resolver: a name server that fails or refuses is left for the next one" {
    for behaviour in fails refuses; do
        with_names '' "$two_servers" 127.0.0.41=$behaviour 127.0.0.42=answers,$both
        look_up 4 svc.test
        assert_output "$answer"
    done
}

@test "resolver: when no name server has an answer, the failure is temporary" {
    for behaviour in fails refuses; do
        with_names '' 'nameserver 127.0.0.41' 127.0.0.41=$behaviour
        look_up 4 svc.test
        assert_output "svc.test: Temporary failure in name resolution"
    done
}

@test "resolver: a name that exists without an address is an unknown host" {
    with_names '' 'nameserver 127.0.0.42' 127.0.0.42=answers
    look_up 4 svc.test
    assert_output "svc.test: Name or service not known"
}

@test "resolver: an answer that repeats the question in lower case counts" {
    with_names '' 'nameserver 127.0.0.42' 127.0.0.42=lower_case,$both
    look_up 4 svc.test Svc.Test
    assert_line "$answer"
    assert_line "Svc.Test: 2001:db8::3/80 127.0.0.3/80"
}

# getaddrinfo takes 15 s for this.
@test "resolver: a name server that is silent about IPv6 costs less than 4 s" {
    with_names '' 'nameserver 127.0.0.42' 127.0.0.42=silent_on_ipv6,127.0.0.3
    look_up 4 svc.test
    assert_output "svc.test: 127.0.0.3/80"
}

@test "resolver: a name server with a scope is asked, or, without its interface, left out" {
    with_names '' 'nameserver fe80::1%none\nnameserver 127.0.0.42' 127.0.0.42=answers,$both
    look_up 4 svc.test
    assert_output "$answer"
    with_names '' 'nameserver fe80::1%lo' fe80::1%lo=answers,127.0.0.9
    look_up 4 svc.test
    assert_output "svc.test: 127.0.0.9/80"
}

@test "resolver: the domains of search are tried" {
    with_names '' 'search test\nnameserver 127.0.0.42' 127.0.0.42=knows_no_single_label,$both
    look_up 4 svc
    assert_output "svc: 2001:db8::3/80 127.0.0.3/80"
}

@test "resolver: a lookup that is cancelled is never answered, and leaves nothing" {
    with_names '' "$two_servers" 127.0.0.41=silent 127.0.0.42=silent
    for seconds in 0 0.1 1.05; do
        drive look_up $seconds svc.test
        assert_output "svc.test: cancelled"
    done
    within='' drive look_up 0 localhost
    assert_output "localhost: cancelled"
}
