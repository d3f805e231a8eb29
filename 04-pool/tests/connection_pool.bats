#!/usr/bin/env bats
# The rules of connection_pool, one test each, on made-up connections and with
# a clock that stands still: tests/drivers/pool_play plays a scene and tells what
# happens. A, B, C are borrowers; 1, 2, 3 are connections.

load ../../scripts/lib/test_helper

# scene STEP…: what is told of it is what stands on stdin.
scene() {
    run_program tests/drivers/pool_play "$@"
    assert_success
    assert_output "$(cat)"
}

# --- sizes, creation ---------------------------------------------------------

@test "rule: sizes that make no sense are an error that says so" {
    scene 'pool -1 1' <<<"no pool: min_size is -1: 0 or more"
    scene 'pool 0 0' <<<"no pool: max_size is 0: 1 or more"
    scene 'pool 3 2' <<<"no pool: max_size 2 is less than min_size 3"
    scene 'pool 0 1 -2' <<<"no pool: recycle_seconds is -2: -1 (never) or more"
}

@test "rule: the defaults are 1 and 10" {
    run_program tests/drivers/pool_play 'pool' 'count' 'ask A B C D E F G' 'ask H I J K L' 'count'
    assert_success
    assert_line --index 3 "free 1, lent 0, opening 0, closing 0, waiting 0"
    assert_line "free 0, lent 10, opening 0, closing 0, waiting 2"
}

@test "rule: creation opens min_size connections, and is told when they are open" {
    scene slow 'pool 2 3' 'answer 2' 'answer 1' close <<'END'
1 opens
2 opens
2 is open
1 is open
created
2 is gone
1 is gone
closed
END
}

@test "rule: if one of the first fails, the others are closed, and the caller is told why" {
    scene slow 'pool 3 3' 'answer 1' 'answer 2 refused' <<'END'
1 opens
2 opens
3 opens
1 is open
2 refused
2 is gone
3 is gone
1 is gone
no pool: refused
END
    scene no_memory 'pool 1 1' <<<"no pool: out of memory"
}

@test "rule: nothing is lent before the pool is created; who waits for one that fails is told why" {
    scene slow 'pool 2 2' 'ask A' 'answer 1' 'answer 2' close 'return A' <<'END'
1 opens
2 opens
1 is open
2 is open
created
A has 1
2 is gone
1 is gone
closed
END
    scene slow 'pool 1 1' 'ask A' 'answer 1 refused' <<'END'
1 opens
1 refused
1 is gone
A gets none: refused
no pool: refused
END
}

@test "rule: a pool that is closed before it is created says so" {
    scene slow 'pool 1 1' close <<'END'
1 opens
1 is gone
no pool: the pool is closing
END
}

# --- growing -----------------------------------------------------------------

@test "rule: it opens one only when none is free" {
    scene 'pool 0 3' 'ask A' 'return A' 'ask B' 'ask C' close 'return B C' <<'END'
created
1 opens
1 is open
A has 1
B has 1
2 opens
2 is open
C has 2
1 is gone
2 is gone
closed
END
}

@test "rule: never more than max_size, counting those being opened" {
    scene slow 'pool 0 2' 'ask A B C' count 'answer 1' count 'answer 2' count \
        'return A' close 'return B C' <<'END'
created
1 opens
2 opens
free 0, lent 0, opening 2, closing 0, waiting 3
1 is open
A has 1
free 0, lent 1, opening 1, closing 0, waiting 2
2 is open
B has 2
free 0, lent 2, opening 0, closing 0, waiting 1
C has 1
2 is gone
1 is gone
closed
END
}

@test "rule: never more than max_size, counting those being closed" {
    scene slow_close 'pool 0 1' 'ask A' 'dirty 1' 'return A + ask B' count 'gone 1' \
        fast close 'return B' <<'END'
created
1 opens
1 is open
A has 1
free 0, lent 0, opening 0, closing 1, waiting 1
1 is gone
2 opens
2 is open
B has 2
2 is gone
closed
END
}

# --- order -------------------------------------------------------------------

@test "rule: waiters are served in the order they asked, and nobody overtakes" {
    scene 'pool 0 1' 'ask A' 'ask B C' 'return A + ask D' 'ask E + return B' \
        'return C' 'return D' 'return E' close <<'END'
created
1 opens
1 is open
A has 1
B has 1
C has 1
D has 1
E has 1
1 is gone
closed
END
}

@test "rule: what is returned is handed to the first waiter directly, whoever asks in the same breath" {
    scene 'pool 0 1' 'ask A' 'return A' 'ask B + count + ask C' close 'return B' <<'END'
created
1 opens
1 is open
A has 1
free 1, lent 0, opening 0, closing 0, waiting 1
B has 1
C gets none: the pool is closing
1 is gone
closed
END
}

@test "rule: of the free ones the longest unused is lent" {
    scene 'pool 0 3' 'ask A B C' 'return B' 'return C' 'return A' 'ask D' 'ask E' 'ask F' \
        close 'return D E F' <<'END'
created
1 opens
2 opens
3 opens
1 is open
2 is open
3 is open
A has 1
B has 2
C has 3
D has 2
E has 3
F has 1
2 is gone
3 is gone
1 is gone
closed
END
}

@test "rule: an answer never comes from inside the call that asks for it" {
    scene 'pool 1 1' 'ask A + count' 'return A + close + count' <<'END'
1 opens
1 is open
created
free 1, lent 0, opening 0, closing 0, waiting 1
A has 1
free 1, lent 0, opening 0, closing 0, waiting 0
1 is gone
closed
END
}

# --- what is dropped ---------------------------------------------------------

@test "rule: a connection that has died is dropped, not lent" {
    scene 'pool 0 2' 'ask A B' 'return A' 'return B' 'kill 1' 'ask C' 'kill 2' 'return C' \
        'ask D' close 'return D' <<'END'
created
1 opens
2 opens
1 is open
2 is open
A has 1
B has 2
C has 2
1 is gone
3 opens
2 is gone
3 is open
D has 3
3 is gone
closed
END
}

@test "rule: one idle for longer than recycle_seconds is dropped, counted from its return" {
    scene 'pool 0 1 60' 'ask A' 'sleep 100000' 'return A' 'sleep 60000' 'ask B' 'return B' \
        'sleep 60001' 'ask C' close 'return C' <<'END'
created
1 opens
1 is open
A has 1
B has 1
1 is gone
2 opens
2 is open
C has 2
2 is gone
closed
END
}

@test "rule: with recycle_seconds -1, the default, it may be idle for however long" {
    for pool in 'pool 1 1 -1' pool; do
        scene "$pool" 'sleep 2000000000' 'ask A' close 'return A' <<'END'
1 opens
1 is open
created
A has 1
1 is gone
closed
END
    done
}

@test "rule: a drop makes room: the waiter gets a new one" {
    scene slow_close 'pool 1 1' 'kill 1' 'ask A' count 'gone 1' fast close 'return A' <<'END'
1 opens
1 is open
created
free 0, lent 0, opening 0, closing 1, waiting 1
1 is gone
2 opens
2 is open
A has 2
2 is gone
closed
END
}

# --- returning ---------------------------------------------------------------

@test "rule: one that is not reusable is closed on its return, and a waiter gets a new one" {
    scene 'pool 0 1' 'ask A B' 'dirty 1' 'return A' close 'return B' <<'END'
created
1 opens
1 is open
A has 1
1 is gone
2 opens
2 is open
B has 2
2 is gone
closed
END
}

@test "rule: returning what was not borrowed is an error" {
    scene 'pool 0 1' 'return A' 'ask A' 'return A' 'return A' close <<'END'
created
A cannot return it: Invalid argument
1 opens
1 is open
A has 1
A cannot return it: Invalid argument
1 is gone
closed
END
}

@test "rule: returning it twice takes nothing from the next borrower" {
    scene 'pool 0 1' 'ask A B C' 'return A' 'return A' count 'return B' close 'return C' <<'END'
created
1 opens
1 is open
A has 1
B has 1
A cannot return it: Invalid argument
free 0, lent 1, opening 0, closing 0, waiting 1
C has 1
1 is gone
closed
END
}

# --- timeouts, cancelling ----------------------------------------------------

@test "rule: who has waited for its timeout is told, and leaves the queue" {
    scene 'pool 0 1' 'ask A' 'ask B 200' 'ask C 100' 'ask D' 'sleep 99' 'sleep 1' count \
        'sleep 99' 'sleep 1' count 'return A' close 'return D' <<'END'
created
1 opens
1 is open
A has 1
C gets none: timed out
free 0, lent 1, opening 0, closing 0, waiting 2
B gets none: timed out
free 0, lent 1, opening 0, closing 0, waiting 1
D has 1
1 is gone
closed
END
}

@test "rule: the real clock serves as well" {
    local begin=${EPOCHREALTIME/./}

    scene real_time 'pool 0 1' 'ask A' 'ask B 100' close 'return A' <<'END'
created
1 opens
1 is open
A has 1
B gets none: timed out
1 is gone
closed
END
    ((${EPOCHREALTIME/./} - begin >= 100000)) || fail "it did not wait for 100 ms"
}

@test "rule: while nobody's time runs, the loop has nothing to do" {
    # a step ends when the loop has nothing to do: here at once, not in 1000 s
    scene real_time 'pool 0 1' 'ask A' 'ask B 1000000 + cancel B' close 'return A' <<'END'
created
1 opens
1 is open
A has 1
1 is gone
closed
END
    # one who waits for ever, after one whose time was up
    scene real_time 'pool 0 1' 'ask A' 'ask B 20 + ask C' 'return A' close 'return C' <<'END'
created
1 opens
1 is open
A has 1
B gets none: timed out
C has 1
1 is gone
closed
END
}

@test "rule: time runs out before the pool is created, too" {
    scene slow 'pool 1 1' 'ask A 100' 'sleep 100' 'answer 1' close <<'END'
1 opens
A gets none: timed out
1 is open
created
1 is gone
closed
END
}

@test "rule: a timeout of 0 takes only what is free, one of -1 waits for ever" {
    scene 'pool 1 1' 'ask A 0' 'ask B 0' 'ask C' 'sleep 2000000000' 'return A' close 'return C' <<'END'
1 opens
1 is open
created
A has 1
B gets none: timed out
C has 1
1 is gone
closed
END
}

@test "rule: free and late in the same pass is in time" {
    scene 'pool 0 1' 'ask A' 'ask B 100' 'sleep 100 + return A' close 'return B' <<'END'
created
1 opens
1 is open
A has 1
B has 1
1 is gone
closed
END
}

@test "rule: a connection on its way to one who timed out goes to the next" {
    scene slow 'pool 0 1' 'ask A 100' 'ask B' 'sleep 100' 'answer 1' close 'return B' <<'END'
created
1 opens
A gets none: timed out
1 is open
B has 1
1 is gone
closed
END
}

@test "rule: who cancels leaves the queue and is not called" {
    scene 'pool 0 1' 'ask A B C' 'cancel B' count 'return A' close 'return C' <<'END'
created
1 opens
1 is open
A has 1
free 0, lent 1, opening 0, closing 0, waiting 1
C has 1
1 is gone
closed
END
}

@test "rule: a connection on its way to one who cancels goes to the next, or is kept" {
    scene slow 'pool 0 1' 'ask A B' 'cancel A' 'answer 1' 'return B' 'dirty 1' count close <<'END'
created
1 opens
1 is open
B has 1
free 1, lent 0, opening 0, closing 0, waiting 0
1 is gone
closed
END
    scene slow 'pool 0 1' 'ask A' 'cancel A' 'answer 1' 'ask B' close 'return B' <<'END'
created
1 opens
1 is open
B has 1
1 is gone
closed
END
}

@test "rule: a returned connection goes past one who cancels in the same breath" {
    scene 'pool 0 1' 'ask A B C' 'return A + cancel B' close 'return C' <<'END'
created
1 opens
1 is open
A has 1
C has 1
1 is gone
closed
END
}

@test "rule: cancelling what is answered is an error, and takes nothing away" {
    scene 'pool 0 1' 'ask A B' 'cancel A' 'cancel B' 'cancel B' count close 'return A' <<'END'
created
1 opens
1 is open
A has 1
A does not wait
B does not wait
free 0, lent 1, opening 0, closing 0, waiting 0
1 is gone
closed
END
}

# --- closing -----------------------------------------------------------------

@test "rule: close fails the waiters at once, takes no new ones, and waits for the lent" {
    scene 'pool 0 1' 'ask A B C' close 'ask D' count 'return A' <<'END'
created
1 opens
1 is open
A has 1
B gets none: the pool is closing
C gets none: the pool is closing
D is refused: Cannot send after transport endpoint shutdown
free 0, lent 1, opening 0, closing 0, waiting 0
1 is gone
closed
END
}

@test "rule: close ends what is being opened, and is told when all are gone" {
    scene slow 'pool 0 2' 'ask A' slow_close close count 'gone 1' <<'END'
created
1 opens
A gets none: the pool is closing
free 0, lent 0, opening 0, closing 1, waiting 0
1 is gone
closed
END
}

@test "rule: closing twice is closing once" {
    scene 'pool 1 1' 'close + close' <<'END'
1 opens
1 is open
created
1 is gone
closed
END
    # whoever wants to be told is, and once, also if others close it, too
    scene keep 'pool 0 1' 'ask A' close close_too 'return A' close_too <<'END'
created
1 opens
1 is open
A has 1
1 is gone
closed
END
}

@test "rule: terminate cuts what is lent; the return after it keeps nothing" {
    scene 'pool 0 2' 'ask A B' 'ask C' 'return B' terminate count 'return A' 'return C' <<'END'
created
1 opens
2 opens
1 is open
2 is open
A has 1
B has 2
C has 2
1 is cut
2 is cut
free 0, lent 2, opening 0, closing 0, waiting 0
1 is gone
2 is gone
closed
END
}

@test "rule: terminate may follow a close that takes too long, and cuts once" {
    scene 'pool 0 1' 'ask A' close 'terminate + terminate' 'return A' <<'END'
created
1 opens
1 is open
A has 1
1 is cut
1 is gone
closed
END
}

@test "rule: clear closes what is free, and the pool lives" {
    scene 'pool 0 3' 'ask A B' 'return A' clear count 'ask C' 'return B' close 'return C' <<'END'
created
1 opens
2 opens
1 is open
2 is open
A has 1
B has 2
1 is gone
free 0, lent 1, opening 0, closing 0, waiting 0
3 opens
3 is open
C has 3
2 is gone
3 is gone
closed
END
}

# --- when connecting fails ---------------------------------------------------

@test "rule: a failed connect makes room: while others are lent, the next waiter has its own try" {
    scene 'pool 0 2' 'ask A' 'refuse refused' 'ask B C + slow' 'answer 2 refused' \
        'answer 3' close 'return A C' <<'END'
created
1 opens
1 is open
A has 1
2 opens
2 refused
B gets none: refused
2 is gone
3 opens
3 is open
C has 3
1 is gone
3 is gone
closed
END
}

@test "rule: a failed connect is not told to one who has another on its way" {
    scene slow 'pool 0 2' 'ask A B' 'cancel A' 'answer 1 refused' 'answer 2' close 'return B' <<'END'
created
1 opens
2 opens
1 refused
1 is gone
2 is open
B has 2
2 is gone
closed
END
}

@test "rule: a failed connect is not told to one for whom there is a free one" {
    scene 'pool 0 2' 'ask A' slow 'ask B' 'answer 2 refused + return A' close 'return B' <<'END'
created
1 opens
1 is open
A has 1
2 opens
2 refused
B has 1
2 is gone
1 is gone
closed
END
}

@test "rule: with the server gone, all who have waited are told, not one for each connect" {
    scene slow 'pool 0 2' 'ask A B C D E' 'answer 1 refused' 'ask F' 'answer 2 refused' \
        'answer 3' close 'return F' <<'END'
created
1 opens
2 opens
1 refused
A gets none: refused
1 is gone
2 refused
B gets none: refused
C gets none: refused
D gets none: refused
E gets none: refused
2 is gone
3 opens
3 is open
F has 3
3 is gone
closed
END
}

@test "rule: when the server is back, so is the pool, and connects for all at once" {
    scene 'pool 2 3' 'kill 1' 'kill 2' 'refuse refused' 'ask A B' 'accept + slow' 'ask C' 'answer 4' \
        'ask D' 'ask E' close 'return C' <<'END'
1 opens
2 opens
1 is open
2 is open
created
3 opens
1 is gone
2 is gone
3 refused
A gets none: refused
B gets none: refused
3 is gone
4 opens
4 is open
C has 4
5 opens
6 opens
D gets none: the pool is closing
E gets none: the pool is closing
5 is gone
6 is gone
4 is gone
closed
END
}

@test "rule: without memory for a connect the waiter is told, and the next one has its try" {
    scene 'pool 0 1' no_memory 'ask A B' count close <<'END'
created
A gets none: out of memory
B gets none: out of memory
free 0, lent 0, opening 0, closing 0, waiting 0
closed
END
}

# --- the rest of the loop ----------------------------------------------------

@test "rule: whatever borrowers do without I/O, a timer has its turn after 256 answers" {
    local scene longest

    for scene in callback event task dirty late refused no_memory create two; do
        drive heartbeat "$scene"
        longest=$(sed -n 's/^20000 answers, at most \([0-9]*\) between two beats$/\1/p' <<<"$output")
        [[ $scene != two ]] || longest=$((longest / 2)) # two pools
        ((longest >= 1 && longest <= 256)) || fail "$scene: $output"
    done
}

@test "rule: to leave costs the same in any order, with a ticket, a lease or a deadline" {
    local what most=200 # the asking is quick; a walk for each is 1000 times

    for what in cancel release timeout; do
        drive any_order "$what" 20000
        awk -F': ' -v most=$most '$2 + 0 >= most { exit 1 }' <<<"$output" ||
            fail "$what: $output"
        most=20
    done
}

# --- the lesson --------------------------------------------------------------

@test "lesson: the scene to play with" {
    scene 'pool 0 1' 'ask A B C' 'kill 1' 'return A' 'cancel C' 'ask D 500' 'sleep 500' \
        'return B' close < <(sed -n "/^\$ build.*pool_play/,/^\`\`\`/p" 04-pool/README.md |
            sed '1,2d; $d')
}
