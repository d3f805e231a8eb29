#!/usr/bin/env bats
# What make grade keeps and reports, on results as the checks would have left them: no answer
# is compiled or run here.

load ../../lib/test_helper
load ../helpers/class

plain_build_only=yes

# A copy of the workbook with one exercise, 01-1, and a class.
setup() {
    [[ -z ${SANITIZE-}${VALGRIND-} ]] || skip "the same for every build"
    copy_workbook "$BATS_TEST_TMPDIR"
    results=$book/build/grade
    cd "$book" || return
}

# hand_in PATH [TEXT]
hand_in() {
    mkdir -p "$(dirname "$class/$1")"
    printf '%s\n' "${2-int main(void);}" >"$class/$1"
}

# collect [SUBMISSION]: prints who is to be graded.
collect() {
    run --separate-stderr bash -c '/usr/bin/python3 scripts/grading/collect.py "$1" build/grade \
        ${IDS:-01-1} | tr "\0" "\n" | sed 1d | sed "s|.*/||"' - "${1-$class}"
    directory=$(readlink -f "$results/students/..")
}

# marked STUDENT POINTS [WHY]: as if it were graded; of two checks it fails the second.
marked() {
    local of=("" "not ")

    printf '01-1\t%d\t%d\t2\t%s\n' "$2" $((1 + $2)) "${3-}" >"$directory/students/$1/01-1.mark"
    printf '1..2\nok 1 one\n%sok 2 two\n# | came      <b>"nothing"</b>\n' "${of[1 - $2]}" \
        >"$directory/students/$1/01-1.tap"
    echo 1.25 >"$directory/students/$1/01-1.seconds"
}

# make_grade: grades the class; its stdout and stderr are in $output.
make_grade() {
    run env -u MAKEFLAGS -u MAKELEVEL -u BUILD make --no-print-directory -s grade UNSAFE=1 \
        SUBMISSION="$class" ${EXERCISE:+EXERCISE="$EXERCISE"}
}

report() {
    run --separate-stderr /usr/bin/python3 scripts/grading/grade_report.py "${1-text}" "$directory"
    assert_success
}

# marks COLUMNS: of build/grade/marks.csv, without its first line.
marks() {
    tail -n +2 "$results/${2-marks.csv}" | tr -d '\r' | cut -d , -f "$1"
}

@test "grade: what has not changed is not graded again; what has, is, with the reason" {
    hand_in ada/1_greet.c
    hand_in bob/1_greet.c
    collect
    assert_output $'ada\nbob'
    marked ada 1
    marked bob 0 "not so: two"
    collect
    assert_output ""
    hand_in bob/1_greet.c "int main(void); // better"
    collect
    assert_output bob
    marked bob 1
    report
    assert_equal "$(marks 1,2,6)" $'ada,1,\nbob,1,again: another answer'
    echo "# another check" >>01-loop/exercises/1_greet.bats
    collect
    assert_output $'ada\nbob'
    marked ada 1
    marked bob 1
    printf '01-1\t1\t2' >"$directory/students/bob/01-1.mark" # cut off in the middle
    collect
    assert_output bob
    marked bob 1
    EXERCISE_PATIENCE=9 collect
    assert_output $'ada\nbob'
}

@test "grade: one student again replaces that student's line and keeps the others" {
    hand_in ada/1_greet.c
    hand_in bob/1_greet.c
    collect
    marked ada 0 "not so: two"
    marked bob 0 "not so: two"
    collect "$class/ada"
    assert_output ada
    marked ada 1
    report one
    assert_line --index 0 ada
    assert_equal "$(marks 1,2,6)" $'ada,1,again: asked for\nbob,0,'
    collect "$class/BOB"
    assert_output bob
    collect "$class/nobody"
    assert_equal "$stderr" "grade: in $class there is no student nobody"
}

@test "grade: after one student again all files are of the whole class, and its exercises" {
    cp 01-loop/exercises/1_greet.bats 01-loop/exercises/2_part.bats
    from_moodle
    moodle_list
    CLASS=list.csv report
    report junit
    assert_equal "$(readlink -e "$results/junit.xml")" "$directory/junit.xml"
    [[ ! -L $results/canvas.csv ]] # which was not made
    assert_equal "$(marks 2,5 moodle.csv)" $'Ada Lovelace,100\nO\'Neil Bob,0\nZoë Zed,'
    assert_equal "$(/usr/bin/python3 scripts/grading/collect.py "$class" build/grade)" 01-1
    # All of the exercises are asked for; the class was marked in one.
    IDS="01-1 01-2" collect "$class/Bob O'Neil_12_assignsubmission_file"
    assert_output "Bob O'Neil_12"
    marked "Bob O'Neil_12" 1
    report one
    assert_line --index 0 "O'Neil Bob"
    assert_line "01-2 part                        0/1"
    assert_line "1 of 2"
    assert_equal "$(marks 2,5 moodle.csv)" $'Ada Lovelace,100\nO\'Neil Bob,100\nZoë Zed,'
    assert_equal "$(unzip -l "$results/feedback.zip" | grep -c feedback.html)" 2
    assert_equal "$(<"$results/summary.txt")" ""
    assert_equal "$(grep -o "<testsuite name" "$results/junit.xml" | wc -l)" 2
    assert_equal "$(grep -o "<failure" "$results/junit.xml" | wc -l)" 0
    assert_equal "$(/usr/bin/python3 scripts/grading/collect.py "$class" build/grade)" 01-1
}

@test "grade: another class has files of its own, and none is deleted" {
    hand_in ada/1_greet.c
    collect
    marked ada 1
    report
    for other in "$BATS_TEST_TMPDIR/"{second,else/class}; do
        mkdir -p "$other"
        cp -r "$class/ada" "$other/eve"
        collect "$other"
        assert_output eve
        marked eve 0 "not so: two"
        report
        assert_equal "$(marks 1,2)" eve,0
    done
    collect
    assert_output ""
    assert_equal "$(marks 1,2)" ada,1
    assert_equal "$(ls "$results/classes")" $'class\nclass-2\nsecond'
    run stat -c %a "$results"
    assert_output 700
}

@test "grade: exercises that were graded before keep their columns" {
    cp 01-loop/exercises/1_greet.bats 01-loop/exercises/2_part.bats
    hand_in ada/1_greet.c
    collect
    marked ada 1
    IDS=01-2 collect
    assert_output "" # missing: there is nothing to be graded
    report
    assert_line --regexp "^ada +– +0/1  01-2 missing$"
    assert_equal "$(marks 1-5)" ada,1,0,1,2
}

@test "grade: each mark carries its evidence; late is what DUE says" {
    hand_in ada/1_greet.c
    touch -d "2026-11-30 23:00" "$class/ada/1_greet.c"
    hand_in bob/1_greet.c "int x;"
    touch -d "2026-12-03 01:00" "$class/bob/1_greet.c"
    hand_in cy/1_greet.c
    mkdir "$class/cy/.git"
    DUE=2026-11-30 collect
    for student in ada bob cy; do
        marked $student 1
    done
    echo 4711 >"$directory/students/ada/01-1.seed"
    report
    assert_equal "$(marks 1,5)" $'ada,\nbob,late by 2 d 1 h\ncy,unknown'
    assert_line --regexp "^bob .*  late by 2 d 1 h$"
    sum=$(sha256sum <"$class/ada/1_greet.c")
    assert_equal "$(marks 2,3,8-11,13,14 checks.csv | head -n 1)" \
        "01-1,1,1_greet.c,2026-11-30 23:00:00,,${sum%% *},4711,1.25"
    # The date is kept for this class, and another one counts from then on.
    collect
    DUE=2026-11-30T22:30 collect
    assert_output ""
    report
    assert_equal "$(marks 1,5 | head -n 1)" "ada,late by 0 h 30 min"
    DUE=tomorrow collect
    assert_equal "$stderr" "grade: DUE=tomorrow: a date is 2026-11-30 or 2026-11-30T23:59"
}

@test "grade: what was handed in and not taken is said for each student" {
    hand_in ada/1_greet.c
    hand_in ada/report.docx
    hand_in bob/greet.c
    hand_in marks.csv
    collect
    marked ada 1
    marked bob 0 "not found; there is greet.c"
    report
    assert_line "not taken, of ada: report.docx"
    assert_line "not taken, of bob: greet.c"
    assert_line "beside the students, and not taken: marks.csv"
    assert_line --partial "01-1 not found; there is greet.c"
}

@test "grade: what a person has to judge: not compiled, wrong, identical, untouched, not taken" {
    cp 01-loop/exercises/1_greet.bats 01-loop/exercises/2_part.bats
    cp 01-loop/exercises/1_greet.bats 01-loop/exercises/3_rest.bats
    cp 01-loop/exercises/1_greet.bats 01-loop/exercises/5_more.bats
    tar -C 01-loop/exercises -czf 01-loop/exercises/given/shipped.tar.gz 1_greet.c
    mine=$(seq -f "int mine_%g;" 30)
    for student in ada bob cy; do
        hand_in $student/1_greet.c "$mine"
    done
    hand_in ada/2_part.c "$mine"
    hand_in cy/2_part.c "int main("
    hand_in cy/4_what.c
    hand_in cy/5_more.c
    hand_in bob/01-loop/exercises/5_more.c # of a copy of the workbook
    mkdir "$class/dee"
    cp 01-loop/exercises/1_greet.c "$class/dee"
    IDS="01-1 01-2 01-3" collect
    for student in ada bob cy; do
        marked $student 1
    done
    printf '01-2\t0\t0\t2\tit does not link\n' >"$directory/students/ada/01-2.mark"
    echo "ld: 2_part.c: main; $PWD/01-loop/exercises/given/1_scene.c:3: first here" \
        >"$directory/students/ada/01-2.said"
    printf '01-2\t0\t0\t2\tit does not compile\n' >"$directory/students/cy/01-2.mark"
    report
    assert_line --regexp "^ada .*  01-2 this is your 1_greet.c: it does not link; 01-3 missing$"
    assert_line --regexp "^dee .*  01-1 as it was handed out; also 01-2, 01-3$"
    run sed -n '/^look at this/,$p' <<<"$output"
    assert_line --index 0 "look at this:"
    assert_line --index 1 "01-1 as it was handed out: dee"
    assert_line --index 2 "01-2 it does not compile: cy"
    assert_line --index 3 "01-2 this is your 1_greet.c: it does not link: ada"
    assert_line --index 4 "01-3 not found; there is 4_what.c: cy"
    assert_line --index 5 "01-1 the same file: ada, bob, cy"
    assert_line --index 6 "not taken, of cy: 4_what.c, 5_more.c (01-5 is not graded)"
    refute_line --partial "not taken, of bob"
    refute_line --partial "alike in 01-1"
    run cat "$results/alike.csv"
    assert_line $'01-1,100,ada,bob\r'
    run grep "^bob,01-1" "$results/checks.csv"
    assert_output --partial '"the same file as ada, cy"'
    run cat "$results/feedback/ada.html"
    assert_output --partial "<p>this is your 1_greet.c: it does not link</p>"
    assert_output --partial "main; 01-loop/exercises/given/1_scene.c:3: first here"
    refute_output --partial "$PWD"
}

@test "grade: columns are aligned by width, names are whole" {
    hand_in "李明/1_greet.c"
    hand_in "$(printf 'Jose\u0301')/1_greet.c"
    hand_in '$HOME/1_greet.c'
    collect
    for student in "李明" "$(printf 'Jose\u0301')" '$HOME'; do
        marked "$student" 1
    done
    report
    assert_line '$HOME      1/1      1/1'
    assert_line 'José       1/1      1/1'
    assert_line '李明       1/1      1/1'
}

@test "grade: two students of one name are told apart by their numbers" {
    for number in 11 12; do
        hand_in "Ada Lovelace_${number}_assignsubmission_file_/1_greet.c"
    done
    collect
    marked "Ada Lovelace_11" 1
    marked "Ada Lovelace_12" 0 "not so: two"
    report
    assert_line --regexp "^Ada Lovelace \(11\) +1/1"
    assert_equal "$(marks 1,2)" $'Ada Lovelace (11),1\nAda Lovelace (12),0'
}

# A class that came from Moodle: Ada solved it, Bob did not, Zoë sent nothing.
from_moodle() {
    hand_in "Ada Lovelace_11_assignsubmission_file_/1_greet.c"
    hand_in "Bob O'Neil_12_assignsubmission_file/1_greet.c" "int x;"
    hand_in "Bob O'Neil_12_assignsubmission_onlinetext_/onlinetext.html"
    collect
    marked "Ada Lovelace_11" 1
    marked "Bob O'Neil_12" 0 "not so: <script>two"
}

# moodle_list: its grading worksheet, in list.csv.
moodle_list() {
    printf '\uFEFF%s\r\n' 'Identifier,"Full name","Email address",Status,Grade,"Maximum Grade","Grade can be changed","Last modified (submission)","Last modified (grade)","Feedback comments"' \
        'Participant 11,"Ada Lovelace",ada@x.org,"Submitted for grading",,100.00,Yes,"Monday, 30 November 2026, 2:14 PM",-,' \
        "Participant 12,\"O'Neil Bob\",bob@x.org,,,100.00,Yes,-,-," \
        'Participant 13,"Zoë Zed",zoe@x.org,"No submission",,100.00,Yes,-,-,' |
        sed '2,$s/^\xEF\xBB\xBF//' >list.csv
}

@test "grade: Moodle's worksheet is the class list, and comes back with the marks" {
    from_moodle
    moodle_list
    CLASS=list.csv report
    assert_equal "$stderr" "class list: 3 people; name in \"Full name\", email in \"Email address\", id in \"Identifier\""
    assert_line "sent nothing, 1 of 3: Zoë Zed"
    assert_line --regexp "^O'Neil Bob +0/1 "
    assert_equal "$(head -c 3 "$results/moodle.csv" | od -An -tx1)" " ef bb bf"
    assert_equal "$(marks 2,5 moodle.csv)" $'Ada Lovelace,100\nO\'Neil Bob,0\nZoë Zed,'
    assert_equal "$(tail -n +2 "$results/moodle.csv" | tr -d '\r' | sed 's/.*,//')" \
        $'\n01-1 not so: <script>two' # the comments
    assert_line --index -2 "for Moodle: build/grade/moodle.csv, build/grade/feedback.zip"
    assert_line --index -1 "for complaints: build/grade/checks.csv, build/grade/feedback"
    assert_equal "$(marks 1-2,6 | tail -n 1)" "Zoë Zed,,sent nothing"
    rm list.csv
    report # the list is kept
    assert_line "sent nothing, 1 of 3: Zoë Zed"
}

@test "grade: Canvas' gradebook is the class list, and comes back with the marks" {
    for name in lovelaceada_11_900_1_greet.c oneilbob_12_901_1_greet.c; do
        hand_in "$name"
    done
    collect
    assert_output $'lovelaceada_11\noneilbob_12'
    marked lovelaceada_11 1
    marked oneilbob_12 0 "not so: two"
    printf '%s\n' 'Student,ID,SIS User ID,SIS Login ID,Section,Lab 1 (77),Final Score' \
        '    Points Possible,,,,,10,(read only)' '"Lovelace, Ada",11,S1,ada,A,,9' \
        '"O""Neil, Bob",12,S2,bob,A,,' '"Zed, Zoë",13,S3,zoe,A,,' '"Student, Test",99,,x,A,,' >list.csv
    CLASS=list.csv report
    assert_line "sent nothing, 1 of 3: Zoë Zed"
    assert_line --index -2 "for Canvas: build/grade/canvas.csv"
    run cat "$results/canvas.csv"
    output=${output//$'\r'/}
    assert_output 'Student,ID,SIS User ID,SIS Login ID,Section,Lab 1 (77)
    Points Possible,,,,,1
"Lovelace, Ada",11,S1,ada,A,1
"O""Neil, Bob",12,S2,bob,A,0
"Zed, Zoë",13,S3,zoe,A,'
}

@test "grade: a class list has its columns in any order, separator and encoding" {
    hand_in ada/1_greet.c
    hand_in jsmith/1_greet.c
    collect
    marked ada 1
    marked jsmith 1
    printf 'Vorname;Nachname;E-Mail\nAda;Lovelace;ada@x.org\nJörg;Smith;jsmith@x.org\n' >utf8
    for encoding in utf-8 cp1252 utf-16; do
        iconv -f utf-8 -t $encoding <utf8 >list.csv
        CLASS=list.csv report
        assert_line --regexp "^Jörg Smith +1/1"
        assert_line "sent nothing, 0 of 2: nobody"
    done
    printf 'Ort,Alter\nKiel,3\n' >list.csv
    CLASS=list.csv run -2 /usr/bin/python3 scripts/grading/grade_report.py text "$directory"
    assert_output "grade: CLASS=list.csv: no column for a name, an id or an email: it has Ort, Alter"
    # Two Adas: neither is taken for the one that handed in.
    printf 'name\nAda Lovelace\nAda Byron\nJ Smith\n' >list.csv
    CLASS=list.csv report
    assert_line "sent nothing, 2 of 3: Ada Lovelace, Ada Byron"
    assert_line "not in the class list: ada"
}

@test "grade: a feedback page for each student, escaped, in a zip as Moodle takes it" {
    from_moodle
    printf 'warning: <i>\n' >"$directory/students/Bob O'Neil_12/01-1.said"
    echo "calls __lsan_disable" >"$directory/students/Bob O'Neil_12/01-1.look"
    report
    assert_line --index -3 "for Moodle: build/grade/feedback.zip"
    assert_line --index -2 "for marks in Moodle, give its grading worksheet: CLASS=worksheet.csv"
    assert_line "Bob O'Neil  01-1 calls __lsan_disable"
    run cat "$results/feedback/Bob O'Neil_12.html"
    assert_line --index 0 "<!DOCTYPE html>"
    assert_output --partial "Bob O&#x27;Neil: 0 of 1"
    assert_output --partial "not so: &lt;script&gt;two"
    assert_output --partial "&lt;b&gt;&quot;nothing&quot;&lt;/b&gt;"
    assert_output --partial "warning: &lt;i&gt;"
    refute_output --regexp "<(script|b|i)>|https?:|lsan"
    run /usr/bin/python3 -m zipfile -l "$results/feedback.zip"
    assert_line --partial "Ada Lovelace_11_assignsubmission_file_/feedback.html"
    assert_line --partial "Bob O'Neil_12_assignsubmission_file/feedback.html"
}

@test "grade: what most fail is said for the class; who is alike, by sim_c" {
    local name

    name=$(sed -n 's/^@test "\(.*\)" {/\1/p' 01-loop/exercises/1_greet.bats | sed -n 2p)
    for student in ada bob cy; do
        hand_in $student/1_greet.c
    done
    collect
    marked ada 1
    marked bob 0 "not so: two"
    marked cy 0 "not so: two"
    mkdir bin
    printf '%s\n' '#!/bin/bash' 'echo "File 0.c: 99 tokens, 9 lines"' 'echo "File 2.c: 98 tokens, 9 lines"' \
        'echo "File 1.c: 20 tokens, 2 lines"' 'echo "0.c consists for 88 % of 2.c material"' \
        'echo "2.c consists for 97 % of 0.c material"' 'echo "1.c consists for 100 % of 0.c material"' >bin/sim_c
    chmod +x bin/sim_c
    PATH=$PWD/bin:$PATH report
    assert_line "2 of 3 fail in 01-1: $name"
    assert_line "alike in 01-1, 97 %: ada and cy"
    refute_output --regexp "alike.*bob"
    assert_equal "$(cat "$results/summary.txt")" "2 of 3 fail in 01-1: $name"
    if ! command -v sim_c >/dev/null; then
        report
        assert_line "only identical files were looked for: similarity-tester is not installed"
    fi
}

@test "grade: POINTS=checks gives a point for each check, but none for what was handed out" {
    hand_in ada/1_greet.c
    cp 01-loop/exercises/1_greet.c "$BATS_TEST_TMPDIR"
    mkdir "$class/bob"
    cp 01-loop/exercises/1_greet.c "$class/bob"
    export POINTS=checks VISIBILITY=after_due_date
    collect
    marked ada 0 "not so: two"
    marked bob 0 "not so: two"
    report
    assert_equal "$(marks 1-4)" $'ada,1,1,2\nbob,0,0,2'
    report gradescope
    run cat "$results/students/ada/results.json"
    assert_output --partial '"max_score": 2'
    assert_output --partial '"visibility": "after_due_date"'
    assert_output --partial '"output": "1 of 2 checks hold"'
    # One student again is marked as the class was.
    unset POINTS
    collect "$class/ada"
    marked ada 1
    report one
    assert_equal "$(marks 1-4)" $'ada,2,2,2\nbob,0,0,2'
}

@test "grade: Ctrl-C keeps what was graded, and the same command goes on" {
    hand_in ada/1_greet.c
    hand_in bob/1_greet.c
    hand_in cy/1_greet.c
    # Grades ada at once, and bob never.
    cat >scripts/grading/grade-student <<'SCRIPT'
#!/bin/bash
case $1 in
    */bob) [[ -e on ]] || { touch waits && exec sleep 60; } ;;
esac
printf '01-1\t1\t2\t2\t\n' >"$1/01-1.mark"
SCRIPT
    # A shell's background job ignores SIGINT, and so would all that it starts.
    setsid env --default-signal=INT bash -c 'make -s --no-print-directory grade UNSAFE=1 SUBMISSION="$1" \
        >said 2>&1; echo $? >status' - "$class" 3>&- &
    for _ in {1..300}; do
        [[ ! -e waits ]] || break
        sleep 0.1
    done
    kill -INT -$!
    wait $! || true
    run cat said
    assert_line --regexp "^grade: interrupted, [12] answers are left: the same command goes on"
    assert_line --regexp "^ada +1/1 "
    assert_equal "$(marks 1,2 | head -n 2)" $'ada,1\nbob,'
    touch on
    run quiet_make -s grade UNSAFE=1 SUBMISSION="$class"
    assert_success
    assert_equal "$(marks 1,2)" $'ada,1\nbob,1\ncy,1'
}

@test "grade: an answer whose checks are broken off by Ctrl-C has no mark" {
    hand_in ada/1_greet.c
    collect
    mkdir kit
    echo "01-loop/exercises/1_greet|cc|" >kit/commands
    cat >scripts/grading/safe.bash <<'SCRIPT'
program=/out/program
build_answer() { touch "$work/out/program" && echo built >"$work/out/ended"; }
check_answer() { bash -c 'trap "kill \$!; exit 1" INT; touch waits; sleep 60 & wait'; }
SCRIPT
    GRADE_KIT=$PWD/kit setsid env --default-signal=INT scripts/grading/grade-exercise 01-1 \
        "$directory/students/ada" "$directory/students/ada" 3>&- &
    for _ in {1..100}; do
        [[ ! -e waits ]] || break
        sleep 0.1
    done
    kill -INT -$!
    status=0
    wait $! || status=$?
    assert_equal "$status" 130
    [[ ! -e $directory/students/ada/01-1.mark ]]
}

# graded N COMMAND: what tell_progress reports of N answers out of 40, one of them begun
# twice. Its clock is 4 s later at each look.
graded() {
    echo "source scripts/lib/terminal.bash; source scripts/grading/progress.bash; unset SECONDS
        SECONDS=0; read() { SECONDS=\$((SECONDS + 4)); builtin read \"\$@\"; }
        { echo '1 01-1'; seq -f '%g 01-1' $1; } | tell_progress grading 40"
}

@test "grade: progress is a line now and then, with n of N and the time that is left" {
    run bash -c "$(graded 40)"
    assert_line --index 0 "grade: 2/40 answers"
    assert_line --index 1 "grade: 5/40 answers, about 3 min left"
    assert_line --index 2 "grade: 8/40 answers, about 3 min left"
    assert_line --index -1 "grade: 39/40 answers, about 10 s left"
    assert_equal "${#lines[@]}" 12
    TERM=dumb run script -qec "$(graded 3)" /dev/null
    assert_output $'grade: 2/40 answers\r'
}

@test "grade: progress on a terminal is one line with a bar, and is gone at the end" {
    TERM=xterm run script -qec "$(graded 20)" /dev/null
    assert_regex "$output" $'\r\e\\[Kgrading   ██████████░{10}  20/40 answers, about 2 min left\r\e\\[K$'
}

@test "grade: an answer as it was handed out is not run, and scores 0; exercises are kept" {
    sed 's/^## 1.*/&\n\n## 2. part — of it/' -i 01-loop/exercises/README.md
    cp 01-loop/exercises/1_greet.bats 01-loop/exercises/2_part.bats
    cp 01-loop/exercises/1_greet.c 01-loop/exercises/2_part.c
    mkdir -p "$class/ada"
    cp 01-loop/exercises/1_greet.c "$class/ada"
    tar -C 01-loop/exercises -czf 01-loop/exercises/given/shipped.tar.gz 1_greet.c
    echo "int solved;" >01-loop/exercises/1_greet.c # the teacher's copy does not count
    EXERCISE=01-1 make_grade
    assert_line --regexp "^ada +0/1 +0/1  01-1 as it was handed out$"
    refute_output --partial "as last time"
    [[ ! -e $results/students/ada/01-1.said ]]
    mkdir -p "$class/bob"
    make_grade
    assert_line "grade: 01-1, as last time; EXERCISE=all or CHAPTER=… for others"
    assert_line --regexp "^ada +0/1 +0/1 "
    assert_equal "$(cut -f 1-5 "$results/students/bob/01-1.mark")" $'01-1\t0\t0\t2\tmissing'
    refute_output --partial "grading:"
    EXERCISE=all make_grade
    assert_line --regexp "^ada +0/2 +0/2 "
    assert_line "in no submission, but counted: 01-2; without: EXERCISE=01-1"
    refute_output --partial "as last time"
}

@test "grade: a check that came otherwise is run once more alone, and that counts" {
    hand_in ada/1_greet.c
    collect
    mkdir kit
    echo "01-loop/exercises/1_greet|cc|" >kit/commands
    (cd kit && sha256sum commands >sums)
    # At first the second check fails and the third leaks; the second holds in time. The
    # fourth fails in other words, and later has no end: it is told in those of the first time.
    printf '@test "%s" {\n}\n' one "it's two" three four >01-loop/exercises/1_greet.bats
    cat >scripts/grading/safe.bash <<'SCRIPT'
program=/out/program
build_answer() { echo built | tee "$work/out/program" >"$work/out/ended"; }
check_answer() {
    echo "$EXERCISE_PATIENCE ${*:2}" >>checked
    if [[ $* == *--filter*four* && -n ${SANDBOX_ALONE-} ]]; then
        sleep 1.1
        return 137
    elif [[ $* == *--filter*four* ]]; then
        printf '1..1\nnot ok 1 four\n# | came      something else\n'
        return 1
    elif [[ $* == *--filter* ]]; then
        printf '1..1\nok 1 it'"'"'s two\n'
    else
        printf '1..4\nok 1 one\nnot ok 2 it'"'"'s two\n# | came      late\nnot ok 3 three\n'
        printf '# | came      it leaks\nnot ok 4 four\n# | came      nothing\n'
        return 1
    fi
}
SCRIPT
    GRADE_KIT=$PWD/kit scripts/grading/grade-exercise 01-1 "$directory/students/ada" \
        "$directory/students/ada" || true
    run cat checked
    assert_line --index 0 "1 bats --formatter tap 01-loop/exercises/1_greet.bats"
    assert_line --index 1 \
        "3 env EXERCISE_CHECK=2 bats --formatter tap --filter ^it.*s two\$ 01-loop/exercises/1_greet.bats"
    assert_equal "${#lines[@]}" 3
    tap=$'1..4\nok 1 one\nok 2 it\'s two\nnot ok 3 three\n# | came      it leaks'
    tap+=$'\nnot ok 4 four\n# | came      nothing'
    assert_equal "$(<"$directory/students/ada/01-1.tap")" "$tap"
    run cat "$directory/students/ada/01-1.mark"
    assert_output $'01-1\t0\t2\t4\tit leaks'
    rm "$directory/students/ada/01-1.mark"
    GRADE_SECONDS=1 SANDBOX_ALONE=1 GRADE_KIT=$PWD/kit scripts/grading/grade-exercise 01-1 \
        "$directory/students/ada" "$directory/students/ada" || true
    run cat "$directory/students/ada/01-1.mark"
    assert_output $'01-1\t0\t2\t4\tit leaks'
    assert_equal "$(<"$directory/students/ada/01-1.tap")" "$tap"
}

@test "grade: which answers are graded once more is said, and why" {
    mkdir -p "c/Ada L" $'c/two\nlines'
    echo "it never ended, perhaps because the machine was busy" >"c/Ada L/01-1.again"
    again='source scripts/grading/progress.bash; tell_again "$@"'
    run bash -c "$again" - "c/Ada L" 01-1
    assert_output "grade: one answer is graded once more, by itself:
  01-1 of Ada L: it never ended, perhaps because the machine was busy"
    for number in {1..11}; do
        set -- "$@" $'c/two\nlines' "01-$number"
    done
    run bash -c "$again" - "$@"
    assert_line --index 0 "grade: 11 answers are graded once more, one at a time:"
    assert_line --index 1 "  01-1 of two?lines: it came back without a mark"
    assert_line --index 11 "  and 1 more"
    assert_equal "${#lines[@]}" 12
}

@test "grade: a reason that was folded is told whole" {
    printf '%s\n' "1..1" "not ok 1 nothing is left" "# | did       make try" \
        "# | came      it leaks: 8 bytes, allocated at 1_greet.c:76 in" \
        "# |           greet" "# | stdout    hello" >"$BATS_TEST_TMPDIR/tap"
    run env -C "$root" bash -c 'source scripts/lib/exercises.bash
        source scripts/grading/answers.bash
        why_not "$0"' "$BATS_TEST_TMPDIR/tap"
    assert_output "it leaks: 8 bytes, allocated at 1_greet.c:76 in greet"
}
