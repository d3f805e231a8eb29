#!/usr/bin/env bats
# resolver: names to addresses beside the loop, as getaddrinfo finds them.

load ../../scripts/lib/test_helper
load helpers/name_servers

both=127.0.0.3,2001:db8::3
two_servers='nameserver 127.0.0.41\nnameserver 127.0.0.42'

# look_up SECONDS HOST…: what is not found in so much time is cancelled. The order
# of a name's addresses is up to getaddrinfo (RFC 6724): they come sorted here.
look_up() {
    drive look_up "$(($1 * slow))" "${@:2}"
    output=$(while read -r host addresses; do
        printf '%s' "$host"
        # shellcheck disable=SC2046 # words
        printf ' %s' $(tr ' ' '\n' <<<"$addresses" | sort)
        echo
    done <<<"$output")
}

@test "resolver: numbers and localhost need no name server, and are answered through the loop" {
    drive look_up $((5 * slow)) 127.0.0.1 ::1 '[::1]' fe80::1%lo localhost
    assert_equal "$(sort <<<"$output")" "127.0.0.1: 127.0.0.1/80
::1: ::1/80
[::1]: ::1/80
fe80::1%lo: fe80::1%lo/80
localhost: ::1/80 127.0.0.1/80"
}

@test "resolver: /etc/hosts comes before the name servers" {
    with_names $'127.0.0.2 a.test both.test # c.test\n127.0.0.1 BOTH.test\n::1 both.test' \
        'nameserver 127.0.0.42' 127.0.0.42=knows_no_name
    look_up 5 both.test
    assert_output "both.test: 127.0.0.1/80 127.0.0.2/80 ::1/80"
    drive look_up $((5 * slow)) c.test
    assert_output "c.test: Name or service not known"
}

# getaddrinfo waits 5 s for it, unless resolv.conf has another timeout.
@test "resolver: a silent first name server is left for the next one, and stops no other lookup" {
    with_names '127.0.0.2 quick.test' "$two_servers\noptions timeout:1" \
        127.0.0.41=silent 127.0.0.42=answers,$both
    look_up 8 svc.test quick.test
    assert_output "quick.test: 127.0.0.2/80
svc.test: 127.0.0.3/80 2001:db8::3/80"
}

# At 127.0.0.41 are, in turn, two that do not answer and none at all.
@test "resolver: name servers that fail, refuse or are not there are left for the next one" {
    for first in 127.0.0.41=fails 127.0.0.41=refuses 127.0.0.44=silent; do
        with_names '' "$two_servers" $first 127.0.0.42=answers,$both
        look_up 4 svc.test
        assert_output "svc.test: 127.0.0.3/80 2001:db8::3/80"
    done
    with_names '' "$two_servers\nnameserver 127.0.0.43" \
        127.0.0.41=refuses 127.0.0.42=refuses 127.0.0.43=answers,$both
    look_up 4 svc.test
    assert_output "svc.test: 127.0.0.3/80 2001:db8::3/80"
}

@test "resolver: when no name server has an answer, the failure is temporary" {
    for behaviour in fails refuses; do
        with_names '' 'nameserver 127.0.0.41' 127.0.0.41=$behaviour
        drive look_up $((4 * slow)) svc.test
        assert_output "svc.test: Temporary failure in name resolution"
    done
}

@test "resolver: a name that does not exist is told from one without an address" {
    with_names '' 'nameserver 127.0.0.42' 127.0.0.42=knows_no_name
    drive look_up $((4 * slow)) svc.test
    assert_output "svc.test: Name or service not known"
    with_names '' 'nameserver 127.0.0.42' 127.0.0.42=answers
    drive look_up $((4 * slow)) svc.test
    assert_output "svc.test: No address associated with hostname"
}

@test "resolver: an answer that repeats the question in lower case counts" {
    with_names '' 'nameserver 127.0.0.42' 127.0.0.42=lower_case,127.0.0.3
    look_up 4 Svc.Test
    assert_output "Svc.Test: 127.0.0.3/80"
}

# The driver waits for the threads, and reports what they have left open.
@test "resolver: a lookup that is cancelled is never answered, and leaves nothing" {
    drive look_up 0 localhost 127.0.0.1 ::1
    (($(grep -c ': cancelled$' <<<"$output") == 3 && $(wc -l <<<"$output") == 3)) || fail "$output"
    with_names '127.0.0.2 quick.test' 'nameserver 127.0.0.42' 127.0.0.42=late,127.0.0.3
    for seconds in 0 0.05; do
        drive look_up $seconds svc.test
        assert_output "svc.test: cancelled"
    done
    # Its thread answers before, while or after it is cancelled.
    drive look_up 0 quick.test quick.test quick.test quick.test
    (($(grep -c ': cancelled$' <<<"$output") == 4 && $(wc -l <<<"$output") == 4)) || fail "$output"
}

# A thread's stack is as large as the limit says: there is no room for this one.
@test "resolver: a thread that cannot be had is an error at once" {
    [[ -z ${SANITIZE-}${VALGRIND-} ]] || skip "they have limits of their own"
    within="prlimit --stack=$((1 << 50)):unlimited" run_program tests/drivers/look_up 4 127.0.0.1 svc.test
    assert_failure 1
    assert_equal "$stderr" "look_up: no lookup: Resource temporarily unavailable"
}
