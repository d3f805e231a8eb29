#!/usr/bin/env bats
# scripts/see and make see: what the loop did, in a log and in files of one form.

bats_require_minimum_version 1.5.0
load ../../lib/test_helper
load ../helpers/see

plain_build_only=yes

setup_file() {
    [[ -z ${SANITIZE-}${VALGRIND-} ]] || return 0
    cd "$root" || return
    export runs=$BATS_FILE_TMPDIR/runs
    mkdir -p "$runs"
    make -s "${build#"$root"/}/tracer.so" >&2
    for driver in ends_badly two_events; do
        gcc -O1 -g -o "$runs/$driver" "scripts/tests/drivers/$driver.c" -levent
    done
    see_all <<END
blocked_timer -- $build/01-loop/proofs/blocked_timer
tasks -s 1000 -- $build/03-tasks/tasks
early_timer -- $build/01-loop/proofs/early_timer
drift -- $build/01-loop/proofs/drift
starved_timer -r 1000 -- $build/01-loop/proofs/starved_timer
ready_and_late -- $build/01-loop/proofs/ready_and_late
nested_loop -- $build/01-loop/proofs/nested_loop
tasks.py -- 03-tasks/tasks.py
loop -s 1000 -- $build/01-loop/loop
loop.py -- 01-loop/loop.py
locks -s 1000 -- $build/05-pitfalls/locks
locks.py -- 05-pitfalls/locks.py
gather -s 1000 -- $build/03-tasks/gather
limit -s 1000 -- $build/03-tasks/limit
timeout -s 1000 -- $build/03-tasks/timeout
worker_queue -s 1000 -- $build/03-tasks/worker_queue
callbacks -s 1000 -- $build/03-tasks/callbacks
lost_update -s 1000 -- $build/05-pitfalls/lost_update
executor -s 1000 -- $build/05-pitfalls/executor threads
equal_deadlines -s 1000 -- $build/01-loop/proofs/equal_deadlines
sources -s 1000 -- $build/01-loop/sources
deadlock -- $build/05-pitfalls/deadlock broken
errors -- $build/05-pitfalls/errors unobserved
crash -- $runs/ends_badly crash
kill -- $runs/ends_badly kill
spin -t 1 -- $runs/ends_badly spin
sleep -t 1 -- $runs/ends_badly sleep
fork -- $runs/ends_badly fork
again -t 1 -r 1000 -- $runs/ends_badly again
leaks -- $build/05-pitfalls/leaks broken
emfile -- $build/02-sockets/proofs/emfile
END
}

# has_fault NAME WHAT CARD WORDS: what deserves attention in that run.
has_fault() {
    run asked "$1" ".attention[] | select(.what == \"$2\") | .card + \" \" + .text"
    assert_success
    assert_line --regexp "^$3 .*$4"
}

@test "see: each fault of the first chapter's proofs is found, with its card and its cause" {
    needs_tools jq
    has_fault blocked_timer blocked 05-11 "on_block held the loop 2 times, at most for 3[0-9.]+ ms"
    has_fault blocked_timer late 01-04 "on_timer was late .* by on_block, .* by the loop's stale"
    has_fault blocked_timer late 01-04 "on_timer #2 was late [0-9.]+ ms: [0-9.]+ ms by on_block$"
    has_fault early_timer early 01-05 "on_timer #2 came after .* not 200.0 ms: .* on_block had run"
    has_fault starved_timer starved 01-07 "on_step activated itself 199,.* on_timer got no turn"
    has_fault drift drift 01-10 "on_tick #2 drifts: 9 times"
    has_fault ready_and_late ready-and-late 01-12 "on_news was told of a timeout only"
    has_fault nested_loop nested 01-15 "on_event ran the loop .* error: event_base_loop returned -1"
    has_fault deadlock deadlock 05-04 "A -> B -> A|B -> A -> B"
    has_fault errors not-awaited 03-10 "task fail failed and nothing awaited it: Simulated error"
    has_fault leaks pending 05-09 "still pending at the end, never deleted: on_silence, "
    has_fault emfile busy 02-14 "the loop spins: in 1,0.. passes .* no callback ran but on_error"
    # The cured scene of each is not at fault.
    run asked early_timer '[.attention[] | select(.what == "early")] | length'
    assert_output 1
    run asked drift '[.attention[] | select(.what == "drift")] | length'
    assert_output 1
    run asked starved_timer '[.attention[] | select(.what == "starved")] | length'
    assert_output 1
}

@test "see: programs without a fault have none, and every card that is named exists" {
    local name

    needs_tools jq
    for name in loop tasks locks gather limit timeout worker_queue callbacks lost_update \
        executor equal_deadlines sources loop.py tasks.py locks.py; do
        run asked "$name" '.attention[] | .what + ": " + .text'
        assert_output "" || fail "$name"
    done
    run grep -ohE '"0[1-5]-[0-9]{2}"' scripts/tracer/attention.py
    for name in ${output//\"/}; do
        grep -q "^## $name " "${name%-*}"-*/interview.md || fail "there is no card $name"
    done
}

@test "see: what a program prints is the same, stands in the run, and its status is kept" {
    local name

    needs_tools jq
    for name in loop tasks locks gather limit timeout worker_queue callbacks lost_update \
        executor; do
        assert_equal "$(<"$runs/$name.status")" 0
        run asked "$name" printed
        assert_output "$(<"$runs/$name.out")" || fail "$name"
    done
    assert_equal "$(<"$runs/tasks.out")" "Task 2 completed"$'\n'"Task 1 completed"
    assert_equal "$(<"$runs/fork.status") $(<"$runs/crash.status") $(<"$runs/kill.status")" \
        "7 139 137"
}

@test "see: each line that a task prints stands in a step of that task" {
    needs_tools jq
    run asked tasks '. as $run | .events[] | select(.kind == "output")
        | "\(.text | rtrimstr("\n")) \(around($run)[0] | task($run))"'
    assert_output "Task 2 completed 2
Task 1 completed 1"
    run asked locks '. as $run | [.events[] | select(.kind == "output" and .fd == 1)
        | around($run)[0] | .kind + " " + task($run)] | group_by(.) | map("\(length) \(.[0])")[]'
    assert_output "10 step increment"
    run asked gather '. as $run | .events[] | select(.text? | strings | test("squared"))
        | .text[2:11] + " in " + (around($run)[0] | .kind)'
    assert_output --partial "squared 2 in step"
}

@test "see: what waits and what ends is in order: created, ready, steps, waits, done" {
    needs_tools jq
    run asked tasks '. as $run | .events[]
        | select(.task != null and .task < 3 and .kind != "task-ready")
        | "\(.kind) \(task($run))\(if .for then ": " + .for else "" end)"'
    assert_output "task-created main
step main
task-created 1
task-created 2
task-waits main: a task
step 1
task-waits 1: its timer
step 2
task-waits 2: its timer
step 2
task-done 2
step 1
task-done 1
step main
task-done main"
    # Eight timers of 0 ms; each is pending when the pass begins.
    run asked equal_deadlines '[.events[] | select(.kind == "callback" and .cause == "timer")
        | .object - 1] | .[:8] | map(tostring) | join(" ")'
    assert_output "0 7 6 5 4 3 2 1"
    run asked equal_deadlines '[.events[] | select(.kind == "pass") | .timers_count] | max'
    assert_output 8
    run asked executor '[.events[] | select(.kind | startswith("job")) | .kind] | join(" ")'
    assert_output "job-given job job-told"
    run asked executor '.events[] | select(.kind == "job") | .end > .t and .lane != 0'
    assert_output true
}

@test "see: C and its asyncio twin take the same steps" {
    needs_tools jq
    local name steps='. as $run | (first(.events | to_entries[]
        | select(.value.kind == "task-done" and .value.task == 0) | .key)) as $last
        | .events[:$last + 1][] | select(.kind == "step" or (.kind == "output" and .fd == 1))
        | if .kind == "step" then "step \(.task)" else .text | rtrimstr("\n") end'

    for name in tasks locks; do
        run asked "$name.py" "$steps"
        assert_success
        twin=$output
        run asked "$name" "$steps"
        assert_output "$twin"
    done
    for name in loop loop.py; do
        run asked "$name" '.events[] | select(.cause == "timer" or .kind == "output")
            | .text? // "timer"'
        assert_output "timer
Task completed"
    done
}

@test "see: a run that was crashed, killed or stopped can be read, and says where it was" {
    needs_tools jq
    has_fault crash unfinished 01-17 "on_end began at .* later, when the program ended .SIGSEGV"
    has_fault kill unfinished 01-17 "on_end began at .* later, when the program ended .SIGKILL"
    has_fault spin unfinished 01-17 "on_end began at .* had not returned [0-9,]{3,}.* .SIGKILL by scripts/see -t"
    has_fault sleep asleep 01-09 "it waits for descriptor on_end .fd "
    has_fault again busy 01-09 "never became idle: the last thing seen is on_again .* times"
    run asked again '[.attention[].what] | join(" ")'
    assert_output --regexp '^(unfinished )?busy$' # killed in a callback that had to wait
    assert_equal "$(<"$runs/spin.status") $(<"$runs/sleep.status")" "124 124"
    run grep -c "on_end.* did not return .*ends_badly.c:" "$runs/spin.log"
    assert_output 1
    # A forked child has a file of its own, which names its parent.
    run jq -s '.[0].program.parent' "$runs"/fork.files/ends_badly.*.run.json
    assert_output "$(asked fork .program.pid)"
}

@test "see: a record is bounded; its beginning and its end are kept" {
    needs_tools jq
    run asked starved_timer '.dropped > 100000 and ([.events[] | select(.kind == "gap")]
        | length > 0) and (.events | length < 21000)'
    assert_output true
    run asked starved_timer '.events | .[1].kind, .[-1].kind'
    assert_output "loop
output"
    run asked starved_timer '. as $run | [.events[] | select(.kind == "sleep" and .in)
        | $run.events[.in].kind] + [.attention[0].events[] | $run.events[.].kind] | unique
        | join(" ")'
    assert_output "callback pass"
    # A file of 40 events: each kept one stands in the span that it stood in.
    run $python -I - "$runs/locks.run.json" <<'END'
import json, sys
sys.path.insert(0, "scripts/tracer")
from shorten import shorten
run = json.load(open(sys.argv[1]))
short = shorten(run, 40)["events"]
whole = {(e["t"], e["kind"], e.get("task")): e for e in run["events"]}
gaps = sum(e["count"] for e in short if e["kind"] == "gap")
assert len(short) - sum(e["kind"] == "gap" for e in short) + gaps == len(run["events"])
for event in short:
    if event.get("in") is not None:
        before = whole[event["t"], event["kind"], event.get("task")]
        assert short[event["in"]]["t"] == run["events"][before["in"]]["t"]
        assert short[event["in"]]["kind"] == run["events"][before["in"]]["kind"]
print(len(short) < 60)
END
    assert_output True
    run grep -c "passes like this one" "$runs/starved_timer.log"
    assert_success
    (($(wc -l <"$runs/starved_timer.log") < 3000))
}

@test "see: the log has a line for each event, its place in the source, and 80 columns" {
    run sed -n '/on_block/p;/on_timer/p' "$runs/blocked_timer.log"
    assert_line --index 0 --regexp '^ +[0-9.]+ +\+ timer 100.0 ms on_timer +main, blocked_timer.c:57$'
    assert_line --index 2 --regexp '^ +[0-9.]+ +active  on_block +[0-9.]+ ms  blocked_timer.c:29$'
    assert_line --index 3 --regexp '^ +[0-9.]+ +timer   on_timer, [0-9.]+ ms late .* blocked_timer.c:41$'
    run grep -hE '^.{81}' "$runs"/{blocked_timer,tasks,locks,executor}.log
    assert_output ""
}

@test "see: a trace has the fields of its format, and its spans nest" {
    local name

    needs_tools jq
    for name in blocked_timer executor spin; do
        run jq '[.traceEvents[] | select(
            (.ph == "M" and .args.name) or (.ts >= 0 and .pid > 0 and .tid > 0 and (.name | length > 0)
                and ((.ph == "X" and .dur >= 0) or (.ph == "i" and .s == "t")
                    or ((.ph == "b" or .ph == "e") and has("id") and has("cat")))) | not)] | length' \
            "$runs/$name.trace.json"
        assert_output 0
        run jq '[.traceEvents[] | select(.ph == "X")] | group_by(.tid)[] | sort_by(.ts, -.dur)
            | reduce .[] as $e ({open: [], bad: 0};
                .open |= map(select(. > $e.ts + 0.0005))
                | if (.open | length > 0) and .open[-1] + 0.001 < $e.ts + $e.dur
                  then .bad += 1 else . end | .open += [$e.ts + $e.dur]) | .bad' \
            "$runs/$name.trace.json"
        assert_line 0
        refute_line --regexp '[1-9]'
    done
}

@test "see: what cannot be seen is said, and what is wrong with the options" {
    run scripts/see true
    assert_success
    assert_output "see: true ran no event base of libevent 2.1: nothing to see"
    run -127 scripts/see /nowhere
    assert_output "see: /nowhere: No such file or directory"
    run scripts/see
    assert_equal "$status" 2
    assert_output --partial "no command: usage: scripts/see"
    run scripts/see -s x true
    assert_equal "$status" 2
    assert_output "see: -s x: expects a number, 1 or more"
    run scripts/see -h
    assert_success
    assert_line --partial "usage: scripts/see [-o DIR]"
}

@test "make see: a program, its twin, an exercise with sanitizers; else it says what is expected" {
    run make --no-print-directory see PROGRAM=loop/equal_deadlines
    assert_failure
    assert_line "see: there is no program 01-loop/equal_deadlines.c"
    run make --no-print-directory see PROGRAM=01/proofs/nested_loop.c
    assert_success
    assert_line --partial "event_base_dispatch in a callback returns -1"
    assert_line --partial "make prove CARD=01-15"
    run make --no-print-directory see PROGRAM=01-loop/proofs/nested_loop.py TWIN=1
    assert_line --regexp "^seeing 01-loop/proofs/nested_loop.py "
    run make --no-print-directory see EXERCISE=01-3 ARGS="chain '5'"
    assert_line --partial "the chain has ended: 5 calls"
    assert_line --regexp "timer +on_t.* 3_call_soon.c:"
    run make --no-print-directory see ARGS="a"
    assert_equal "$status" 2
    assert_line --partial "make see EXERCISE=01-3"
}
