#!/usr/bin/env bats
# The interview cards, and what is made of them: prove, quiz, cards.

load ../lib/test_helper
load helpers/copy

plain_build_only=yes

# of_cards …: calls a function of cards.bash.
of_cards() {
    bash -c 'source scripts/lib/chapters.bash; source scripts/lib/cards.bash; "$@"' - "$@"
}

# A copy of the workbook with one chapter and two cards.
small_workbook() {
    small_copy "$BATS_TEST_TMPDIR/copy" 01-loop/{loop.c,README.md}
    mkdir "$copy/01-loop/tests"
    cat >"$copy/01-loop/interview.md" <<'END'
# Questions

## 01-01 Is 1 < 2 a "question" & a test?

Yes. It is.

```c
if (a < b)
    return "b";
```

## 01-02 And this?

No proof for it.
END
    cat >"$copy/01-loop/tests/interview.bats" <<'END'
load ../../scripts/lib/test_helper
@TEST "01-01 the loop prints one line" {
    run_program loop
    assert_output "Task completed"
}
END
    sed -i 's/^@TEST/@test/' "$copy/01-loop/tests/interview.bats"
}

@test "cards: ids are unique, in order, and of their chapter" {
    local chapter expected

    for chapter in [0-9][0-9]-*; do
        [[ -e $chapter/interview.md ]] || continue
        expected=$(of_cards cards "$chapter" | awk -v chapter="${chapter%%-*}" '{ printf "%s-%02d\n", chapter, NR }')
        assert_equal "$(of_cards cards "$chapter" | cut -f 1)" "$expected"
        assert_equal "$(grep -c '^## ' "$chapter/interview.md")" "$(wc -l <<<"$expected")"
    done
}

@test "cards: each has an answer: two sentences, the why, and what asyncio does" {
    source scripts/lib/cards.bash
    while read -r id; do
        run card_answer "$id"
        assert_output --regexp $'\n\nasyncio: '
        (($(grep -c '^$' <<<"$output") >= 2)) || fail "$id: no why"
    done < <(cards | cut -f 1)
}

@test "cards: no proof without a card" {
    run comm -13 <(of_cards cards | cut -f 1 | sort) \
        <(sed -nE 's/^@test "([^ ]*) .*/\1/p' [0-9][0-9]-*/tests/interview.bats | sort -u)
    assert_output ""
}

@test "cards: no program in proofs/ that no test runs" {
    for proof in [0-9][0-9]-*/proofs/*; do
        grep -qE "\b$(basename "${proof%.*}")\b" "${proof%%/*}"/tests/*.bats || fail "$proof: no test names it"
    done
}

@test "make cards: the import file has a note per card, ids first, nothing raw" {
    needs_python
    run quiet_make cards
    assert_success
    run "$python" - build/cards.txt <<'END'
import csv, sys
lines = open(sys.argv[1], encoding="utf-8", newline="\n").read().split("\n")
head = [l for l in lines if l.startswith("#")]
print("#separator:Tab" in head, "#html:true" in head, "#guid column:1" in head)
notes = list(csv.reader((l for l in lines if l and not l.startswith("#")), delimiter="\t"))
print(len(notes), {len(n) for n in notes}, len({n[0] for n in notes}))
print(all(n[2] and n[3].startswith("<p>") for n in notes))
END
    local n
    n=$(of_cards cards | wc -l)
    assert_output "True True True
$n {5} $n
True"
}

@test "make cards: code is escaped and keeps its lines; a second run changes nothing" {
    small_workbook
    run in_copy cards
    assert_success
    run cat "$copy/build/cards.txt"
    assert_line --partial "Is 1 &lt; 2 a &quot;question&quot; &amp; a test?"
    assert_line --partial "<pre><code>if (a &lt; b)<br>    return &quot;b&quot;;"
    assert_line --partial $'event-loop-workbook-01-01\tEvent-loop workbook::01-loop\t'
    assert_line --partial $'\tevent-loop-workbook 01-loop'
    local before=$output
    in_copy cards
    assert_equal "$(cat "$copy/build/cards.txt")" "$before"
}

@test "make prove: shows the question, the run and its output, and what that proves" {
    small_workbook
    run in_copy prove CARD=01-01
    assert_success
    assert_line --index 0 '01-01   Is 1 < 2 a "question" & a test?'
    assert_line '  $ build/01-loop/loop'
    assert_line "  Task completed"
    assert_line "  ✓ proved: the loop prints one line"
}

@test "make prove: a claim that is not so is red, and fails" {
    small_workbook
    sed -i 's/"Task completed"/"Task done"/' "$copy/01-loop/loop.c"
    run in_copy prove
    assert_failure
    assert_line "  ✗ not proved: the loop prints one line"
    assert_output --partial "actual   : Task done"
    assert_line "0 proved, 1 not"
}

@test "make prove: a card without a proof says so, an unknown one is an error" {
    small_workbook
    for card in 01-02 1-2; do
        run in_copy prove CARD=$card
        assert_success
        assert_output --partial "claims no behaviour"
    done
    run -2 in_copy prove CARD=02-09
    assert_line "There is no card '02-09'. Cards are named as 01-04. There are:"
    assert_line --partial "01-02   And this?"
}

@test "make quiz: question, Enter, answer; in the end what to review" {
    small_workbook
    run in_copy quiz < <(printf "\ny\n\nn\nn\n")
    assert_success
    assert_line --regexp "^01-0[12]   .* 1 of 2$"
    assert_line --regexp "^01-0[12]   .* 2 of 2$"
    assert_line "        No proof for it."
    assert_line "        Seen to happen: make prove CARD=01-01"
    assert_line "1 of 2 known"
    assert_line "To review:"
    assert_line --regexp "^          01-loop/(README.md#.*|interview.md#01-0[12])$"
}

@test "make quiz: what to review is in order, each with the lesson's link under it" {
    small_workbook
    run in_copy quiz < <(printf "\nn\n\nn\nn\n")
    assert_success
    run grep -A 4 -F "To review:" <<<"$output"
    assert_line --index 1 '  01-01   Is 1 < 2 a "question" & a test?'
    assert_line --index 2 --regexp "^          01-loop/"
    assert_line --index 3 "  01-02   And this?"
    assert_line --index 4 --regexp "^          01-loop/"
}

@test "make quiz: every card once before any comes again" {
    small_workbook
    run in_copy quiz < <(printf "\nn\n\nn\ny\n\ny\n\ny\n")
    assert_success
    assert_equal "$(grep -oE '^01-0[12]   .*of 2$' <<<"$output" | cut -c 1-5 | head -n 2 | sort | xargs)" "01-01 01-02"
    assert_equal "$(grep -cE '^01-0[12]   .*of 2$' <<<"$output")" 4
    assert_line "0 of 2 known"
    assert_line "2 of 2 known"
}

@test "make quiz: leaves cleanly at the end of input and with q" {
    small_workbook
    run in_copy quiz < <(printf "\n")
    assert_success
    assert_line "No question answered."
    run in_copy quiz < <(printf "\nn\n\nq\n")
    assert_success
    assert_line "0 of 1 known"
}

@test "make quiz: Ctrl-C on a terminal leaves with what there is to review" {
    small_workbook
    needs_python
    run timeout -s KILL 60 "$python" -c '
import os, pty, select, sys
pid, terminal = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], [sys.argv[1]])
said = b""
def until(words):
    global said
    while words not in said:
        said += os.read(terminal, 1000)
    said = said.split(words, 1)[1]
until(b"press Enter.")
os.write(terminal, b"\n")
until(b"Did you know it?")
os.write(terminal, b"n\n")
until(b"press Enter.")
# bash can miss a Ctrl-C that comes between its prompt and its read: pressed
# again then, as one would.
while b"To review:" not in said:
    if select.select([terminal], [], [], 1)[0]:
        said += os.read(terminal, 1000)
    else:
        os.write(terminal, b"\x03")
_, status = os.waitpid(pid, 0)
print("exit", os.waitstatus_to_exitcode(status))' "$copy/scripts/quiz"
    assert_success
    assert_output "exit 0"
}

@test "make quiz: an unknown chapter prints the list, one without cards says so" {
    small_workbook
    mkdir "$copy/02-sockets"
    printf '# 02-sockets — x\n\nasyncio: y\n' >"$copy/02-sockets/README.md"
    run -2 in_copy quiz CHAPTER=7
    assert_line "There is no chapter '7'. There are:"
    run in_copy quiz CHAPTER=2
    assert_success
    assert_output "02-sockets has no questions yet."
}
