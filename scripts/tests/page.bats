#!/usr/bin/env bats
# The page and the picture of make see, without a browser: that is check/page.bats.

bats_require_minimum_version 1.5.0
load ../lib/test_helper

plain_build_only=yes

# drawn FILTER: what Python finds in the picture of the example, with svg as its root.
drawn() {
    cp scripts/tracer/example.run.json "$BATS_TEST_TMPDIR/example.run.json"
    BUILD=$BATS_TEST_TMPDIR/none run scripts/tracer/page.py \
        "$BATS_TEST_TMPDIR/example.run.json"
    run "$python" -c '
import re, sys, xml.etree.ElementTree as tree
path, text = sys.argv[1], open(sys.argv[1]).read()
svg = tree.parse(path).getroot()
def of(name): return [e for e in svg.iter("{http://www.w3.org/2000/svg}" + name)]
def words(name): return ["".join(e.itertext()) for e in of(name)]
print(eval(sys.argv[2]))' "$BATS_TEST_TMPDIR/example.svg" "$1"
    assert_success
}

@test "see's page: what the loop holds is reckoned as the record says, on both ways" {
    needs_tools node
    run node --test --test-reporter tap scripts/tests/page/state.test.mjs
    assert_success
    assert_line "# fail 0"
}

@test "see's picture: names the rows, the callbacks, the sleep, and how late a timer was" {
    drawn '"\n".join(words("text"))'
    assert_line "loop"
    assert_line "on_timer"
    assert_line "on_block"
    assert_line "pass 1"
    assert_line --regexp "^sleeps [0-9.]+ ms$"
    assert_line --regexp "^30[0-9]\.[0-9] ms late$"
    drawn 'words("title") + words("desc")'
    assert_output --regexp "what its loop did"
    assert_output --regexp "on_block, sleeps [0-9.]+ ms, on_timer.*on_timer was late"
}

@test "see's picture: asks for nothing, is small, and has a sign for each colour" {
    drawn 'len(text) < 20_000, re.findall(r"(?:href|src|@import)", text)'
    assert_output "(True, [])"
    # Late is hatched, a sleep hollow, what runs filled.
    drawn '"url(#h)" in text, len(of("pattern")), all(c in text for c in (".s{fill:#fff;stroke", ".r{fill"))'
    assert_output "(True, 1, True)"
}

@test "see: without d3 it says in one line how to get it, and gives the log and the picture" {
    BUILD=$BATS_TEST_TMPDIR/none run scripts/see -o "$BATS_TEST_TMPDIR/out" 01-loop/loop.py
    assert_success
    assert_line --partial "Task completed"
    assert_line "see: no page of it: d3 is missing: make page installs it with npm into build/"
    assert [ -s "$BATS_TEST_TMPDIR/out/loop.py.svg" ]
    assert [ ! -e "$BATS_TEST_TMPDIR/out/loop.py.html" ]
}

@test "pictures: two a chapter at least, of 20 KB at most, each with a title" {
    local chapter each

    for chapter in 0*/; do
        set -- "$chapter"pictures/*.svg
        [ "$#" -ge 2 ] || fail "$chapter has no two pictures: make pictures"
        for each; do
            [ "$(stat -c %s "$each")" -le 20480 ] || fail "$each has more than 20 KB"
            grep -q '<title id="t">.' "$each" || fail "$each has no title"
        done
    done
}
