#!/usr/bin/env bats
# How a check lays out what was expected and what came: from the first difference on,
# so that the two never look the same.

plain_build_only=yes
load ../lib/test_helper

# complain [texts] LABEL TEXT…: as message.bash calls it; $output is without the "| ".
complain() {
    local mode=()

    [[ $1 != texts ]] || { mode=(texts) && shift; }
    run "$python" -I -S scripts/checking/complain.py "${mode[@]}" < <(printf '%s\0' "$@")
    assert_success
    output=${output#"| "} output=${output//$'\n| '/$'\n'}
    mapfile -t lines <<<"$output"
    for line in "${lines[@]}"; do # in make practice six columns stand before each
        ((${#line} <= 74)) || [[ $line == did* ]] || fail "${#line} columns: $line"
    done
}

@test "complain: long texts begin two lines before their first difference, which is marked" {
    complain texts did "it" expected "$(seq 60)" came "$(seq 42 && echo 44 && seq 44 60)"
    assert_output "did       it
expected  … 40 lines alike
          41
          42
          43
          44
          45
          46
          … 14 lines more
came      … 40 lines alike
          41
          42
          44
           ^ line 43
          44
          45
          46
          … 14 lines more"
}

@test "complain: a text that ends too early or too late shows where the other ends" {
    complain texts expected $'a\nb\nc' came $'a\nb'
    assert_output "expected  a
          b
          c
came      a
          b
          (the end)
          ^ line 3"
    complain texts expected $'a\nb' came $'a\nb\nc'
    assert_line --index 2 "          (the end)"
    complain texts expected $'a\nb' came ""
    assert_line --index 2 "came      (nothing)"
    complain texts expected $'a\nb' came $'a\n\nb'
    assert_line --index 3 "          (an empty line)"
    complain texts expected $'a\n' came a
    assert_line --index 1 "          (a newline)"
    assert_line --index 3 "          (the end)"
}

@test "complain: a line that is too wide is cut around the difference" {
    complain texts expected "$(seq -s ' ' 99)" came "$(seq -s ' ' 70) 72 $(seq -s ' ' 72 99)"
    assert_output --partial "expected  …"
    assert_output --partial " 69 70 71 72 73 "
    assert_output --partial " 69 70 72 72 73 "
    caret=${lines[2]%%^*}
    assert_equal "${lines[0]:${#caret}-1:2}, ${lines[1]:${#caret}-1:2}" "71, 72"
    assert_output --partial "^ character 203"
}

@test "complain: what cannot be seen is shown, as C writes it" {
    complain texts expected "tick 1" came $'tick 1\r'
    assert_output $'expected  tick 1\ncame      tick 1\\r'
    complain texts expected "tick 1" came "tick 1  "
    assert_line "came      tick 1␣␣"
    complain texts expected $'\xff\xfe' came $'\xff\xfd\e[2J'
    assert_output 'expected  \xff\xfe
came      \xff\xfd\x1b[2J'
    complain texts expected "tick 1" came $'tick\u00a01'
    assert_line 'came      tick\xa01'
    complain texts expected $'caf\u00e9' came $'cafe\u0301'
    assert_output --partial 'expected  caf\xe9'
    complain texts expected "tick a" came $'tick \u0430' # Cyrillic
    assert_line --partial 'came      tick \u0430'
}

@test "complain: what differs never looks the same" {
    complain texts expected $'a\tb' came 'a\tb'
    assert_line --index 0 'expected  a\tb'
    assert_line --index 1 'came      a\\tb'
    complain expected $'no zero \001' came 'no zero \x01' # words, too
    assert_line --index 0 'expected  no zero \x01'
    assert_line --index 1 'came      no zero \\x01'
}

@test "complain: the mark is in its place under wide characters" {
    complain texts expected $'\u65e5\u672c\u8a9e\u65e5\u672c\u8a9e\u65e5\u672c\u8a9e\u65e5\u672c\u8a9e x' \
        came $'\u65e5\u672c\u8a9e\u65e5\u672c\u8a9e\u65e5\u672c\u8a9e\u65e5\u672c\u8a9e y'
    assert_line "          $(printf '%25s' '')^"
}

@test "complain: words are broken at blanks and not marked; did is left whole" {
    long="one sentence that is a good deal longer than a line of eighty columns can hold"
    complain did "make try EXERCISE=01-1 ARGS='$long'" expected "$long" came "$long, or two" exit 1
    assert_output "did       make try EXERCISE=01-1 ARGS='$long'
expected  one sentence that is a good deal longer than a line of eighty
          columns can hold
came      one sentence that is a good deal longer than a line of eighty
          columns can hold, or two
exit      1"
}

@test "complain: of stdout and stderr the last lines are kept" {
    complain came "it crashed" stderr "$(seq 312)"
    assert_line --index 1 "stderr    … 300 lines before"
    assert_line --index 2 "          301"
    assert_line --index 13 "          312"
    complain stdout "$(seq 13)"
    assert_line --index 0 "stdout    … 1 line before"
}
