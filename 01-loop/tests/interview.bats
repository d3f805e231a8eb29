#!/usr/bin/env bats
# Proves the answers of interview.md: a test's name begins with its card's id.

load ../../scripts/lib/test_helper
load ../../scripts/lib/fair

# number WORDS: the number that follows these words in $output.
number() {
    sed -nE "s|.*$1 *([0-9]+).*|\1|p" <<<"$output"
}

@test "01-02 queue, heap and poll are a loop: own_loop plays the scenes of asyncio's" {
    same_as_twin own_loop
    assert_output "Task completed
Received hello through a pipe"
}

@test "01-02 equal deadlines in order, no call starves a timer, no timer is early" {
    prove own_loop_rules
    assert_line --index 0 "timers with one deadline, added 0 … 7, leave the heap: 0 1 2 3 4 5 6 7"
    assert_line --index 1 --partial "ran after call 1"
    refute_line --index 1 --partial "ran after call 1000"
    assert_line --index 2 "a timer of 3 ms was not early"
}

@test "01-03 epoll refuses a regular file, poll takes it" {
    prove backends
    assert_line "by default         : epoll, a regular file: refused: Operation not permitted"
    assert_line "with EV_FEATURE_FDS: poll, a regular file: taken, readable at once"
}

@test "01-04 a blocking callback delays timers twice, once through the cached time" {
    fairly prove blocked_timer
    (($(number "cached time: fired at") >= 395))
    (($(number "fresh  time: fired at") >= 295))
    (($(number "fresh  time: fired at") + 50 < $(number "cached time: fired at")))
}

@test "01-04 asyncio delays it once" {
    fairly prove_python blocked_timer
    (($(number "fired at") >= 295 && $(number "fired at") < 390)) || fail "$output"
}

@test "01-05 a timer added after a block fires early, once some I/O wakes the loop" {
    fairly prove early_timer
    (($(number "no I/O  : fired after") >= 195))
    (($(number "with I/O: fired after") < 150))
}

@test "01-05 in asyncio it does not" {
    fairly prove_python early_timer
    (($(number "fired after") >= 199))
}

@test "01-06 equal deadlines run in the order of a heap, event_active in that of a queue" {
    prove equal_deadlines
    assert_line "timers of 0 ms, added 0 … 7, ran: 0 7 6 5 4 3 2 1"
    assert_line "event_active, called 0 … 7, ran:  0 1 2 3 4 5 6 7"
}

@test "01-06 asyncio's call_soon is a queue" {
    prove_python equal_deadlines
    assert_output --partial "ran:  0 1 2 3 4 5 6 7"
}

@test "01-07 an event that activates itself starves a timer; yielding or bounding cures it" {
    prove starved_timer
    assert_equal "$(number "activates itself:")" 200000
    (($(number "yields with \{0, 0\}:") < 100000))
    (($(number "bounded to 16 a look:") < 200000))
}

@test "01-07 asyncio's call_soon lets the timer through" {
    prove_python starved_timer
    (($(number "call_soon:") < 200000))
}

@test "01-08 loopbreak ends after this callback, loopexit after the pass; only loopexit works in advance" {
    prove stop_loop
    assert_line "loopbreak from the first event   : 1 of 3 ran, got_break 1, got_exit 0"
    assert_line "loopexit  from the first event   : 3 of 3 ran, got_break 0, got_exit 1"
    assert_line "loopbreak before the loop starts : 3 of 3 ran, got_break 0, got_exit 0"
    assert_line "loopexit  before the loop starts : 0 of 3 ran, got_break 0, got_exit 1"
}

@test "01-08 asyncio's stop lets the pass end, and works in advance" {
    prove_python stop_loop
    assert_output "asyncio, stop() from the first call:      3 of 3 ran
asyncio, stop() before the loop starts:   3 of 3 ran"
}

@test "01-09 dispatch returns 1 with nothing pending, 0 when stopped; a thread's news do not count" {
    prove loop_returns
    assert_line "nothing pending:              1"
    assert_line "after the last event ran:     1"
    assert_line "stopped, a timer left:        0"
    assert_line "only a thread has news:       1, too early"
    assert_line "the same, NO_EXIT_ON_EMPTY:   (news from the thread) 0"
}

@test "01-10 a persistent timer keeps its schedule, one added again in its callback drifts" {
    local persistent again

    fairly prove drift
    persistent=$(number "EV_PERSIST: *ten ticks of 20 ms took")
    again=$(number "added again in callback: *ten ticks of 20 ms took")
    ((persistent >= 195 && again >= 245)) || fail "$output"
    ((persistent + 20 < again)) || fail "$output"
}

@test "01-10 ticks that were missed are not made up for" {
    fairly prove missed_ticks
    (($(number "every 20:") >= 10 && $(number "every 20:") <= 17)) || fail "$output"
}

@test "01-11 the default clock is coarse: a precise timer is closer to its time" {
    # Other work on the machine may keep more of one's timers waiting.
    for _ in 1 2 3 4 5; do
        prove coarse_clock
        ! awk '/^default:/ { coarse = $NF } /^PRECISE_TIMER:/ { precise = $NF }
            END { exit !(precise >= 10 && precise < coarse) }' <<<"$output" || return 0
    done
    fail "$output"
}

@test "01-12 ready and timed out in the same pass is a timeout alone; from libevent 2.2 on both" {
    local reported="EV_READ EV_TIMEOUT"

    prove ready_and_late
    [[ $output != "libevent 2.1 "* ]] || reported=EV_TIMEOUT
    assert_output --regexp "^libevent 2\.[1-9] reported: $reported
poll says: there is data to read$"
}

@test "01-12 asyncio's wait_for looks again until Python 3.11, and times out from 3.12 on" {
    prove_python ready_and_late
    if python_is_at_least 3.12; then
        assert_output "asyncio: wait_for timed out, its future has the result"
    else
        assert_output "asyncio: wait_for gave the result"
    fi
}

@test "01-13 event_add with NULL keeps the timeout, event_remove_timer takes it away" {
    prove kept_timeout
    assert_output "added with 20 ms, again with NULL: timed out
added with 20 ms, event_remove_timer: still waits"
}

@test "01-14 a signal's callback runs on the loop, after raise has returned" {
    prove signal_event
    assert_output "raise …
… has returned: no callback yet
the loop goes on:
callback: signal 10"
}

@test "01-15 a base that is run from its own callback returns -1" {
    prove nested_loop
    assert_line --partial "reentrant invocation"
    assert_line "event_base_dispatch in a callback returns -1"
}

@test "01-15 asyncio raises RuntimeError" {
    prove_python nested_loop
    assert_output "asyncio: This event loop is already running"
}

@test "01-16 the loop runs until this future is done, with a timer of an hour pending" {
    same_as_twin loop
    assert_output "Task completed"
}

@test "01-17 event_base_dump_events names what a base waits for" {
    prove who_waits
    assert_line --regexp "\[fd  [0-9]+\] Read Persist$"
    assert_line --regexp "\[sig 2\] Signal Persist"
    assert_line --regexp "\[fd  -1\] Timeout="
    assert_line --regexp "\[sig 2, priority=0\] Signal active"
}

@test "01-17 asyncio's debug mode names the slow callback" {
    prove_python slow_callback
    [[ $stderr == *"Executing <Handle sleep(0.2)"*" took "[0-9]*" seconds"* ]] || fail "$stderr"
}
