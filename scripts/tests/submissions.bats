#!/usr/bin/env bats
# What platforms export: which students are found in it, and which of their files are
# taken as answers. helpers/submissions.py prints that for three exercises.

load ../lib/test_helper

plain_build_only=yes

# put PATH [TEXT]: a file in the class.
put() {
    mkdir -p "$(dirname "$BATS_TEST_TMPDIR/class/$1")"
    printf '%s\n' "${2-right}" >"$BATS_TEST_TMPDIR/class/$1"
}

# found [PATH [one]]: what is found in the class, or there.
found() {
    run /usr/bin/python3 scripts/tests/helpers/submissions.py \
        "$BATS_TEST_TMPDIR/class${1:+/$1}" "${@:2}"
    assert_success
    output=${output//$'\t'/ | }
    mapfile -t lines <<<"$output"
}

# in_python LINES: makes files that the shell cannot.
in_python() {
    (cd "$BATS_TEST_TMPDIR" && mkdir -p class && /usr/bin/python3 -c "import os, tarfile, zipfile, io
$1")
}

@test "submissions: Moodle's folders: name and id; its online text is no student" {
    put "Ada Lovelace_12345_assignsubmission_file_/1_lines.c"
    put "Ada Lovelace_12345_assignsubmission_onlinetext_/onlinetext.html"
    put "Bob O'Neil_7_assignsubmission_file/handed in/2_echo.c"
    put "Cy Text_9_assignsubmission_onlinetext_/onlinetext.html"
    put "Participant_77_assignsubmission_file_/1_lines.c"
    found
    assert_line --index 0 "Ada Lovelace_12345 | Ada Lovelace 12345 | 02-1 1_lines.c=right | not taken: onlinetext, which is not a file"
    assert_line --index 1 "Bob O'Neil_7 | Bob O'Neil 7 | 02-2 handed in/2_echo.c=right"
    assert_line --index 2 --partial "Cy Text_9 | Cy Text 9 | 01-1 not found; there is onlinetext"
    assert_line --index 3 "Participant_77 | Participant 77 | 02-1 1_lines.c=right"
    assert_equal "${#lines[@]}" 4
}

@test "submissions: Moodle's flat names" {
    put "Ada Lovelace_12345_assignsubmission_file_1_lines.c"
    put "Ada Lovelace_12345_assignsubmission_file_2_echo.c"
    put "Ada Lovelace_12345_assignsubmission_onlinetext_onlinetext.html"
    put "Ada Lovelace_6_assignsubmission_file_1_lines.c" other
    found
    assert_line --partial "Ada Lovelace_12345 | Ada Lovelace 12345 | 02-1 1_lines.c=right | 02-2 2_echo.c=right"
    assert_line "Ada Lovelace_6 | Ada Lovelace 6 | 02-1 1_lines.c=other"
    assert_equal "${#lines[@]}" 2
}

@test "submissions: Canvas' flat names: LATE, the newest version, anonymous, text" {
    put lovelaceada_12345_678910_1_lines.c old
    put lovelaceada_12345_678912_1_lines-1.c newer
    put lovelaceada_12345_678913_1_lines-10.c newest
    put byronbob_LATE_12_678911_1_lines.c
    put byronbob_LATE_12_678914_2_echo.c
    put anon_xYz12_678915_1_lines.c
    put eve_14_text.html
    found
    assert_line "lovelaceada_12345 | lovelaceada 12345 | 02-1 1_lines-10.c=newest | not taken: 1_lines.c (an earlier version) | not taken: 1_lines-1.c (an earlier version)"
    assert_line "byronbob_12 | byronbob 12 LATE | 02-1 1_lines.c=right | 02-2 2_echo.c=right"
    assert_line "anon_xYz12 | xYz12 | 02-1 1_lines.c=right"
    assert_line --partial "eve_14 | eve 14 | 01-1 not found; there is eve_14_text.html"
    assert_equal "${#lines[@]}" 4
}

@test "submissions: Gradescope's export: who it is says its metadata, groups too" {
    put export/submission_1/1_lines.c
    put export/submission_2/02-sockets/exercises/2_echo.c
    put export/submission_metadata.yml "---
submission_1:
  :submitters:
  - :name: Ada Lovelace
    :sid: '100'
    :email: ada@example.org
  :created_at: 2026-11-20 10:11:12.123456000 Z
  :history:
  - :created_at: 2026-11-19 10:11:12.000000000 Z
submission_2:
  :submitters:
  - :name: \"Bob\"
    :sid: 200
    :email: bob@example.org
  - :name: Eve
    :email: eve@example.org"
    found
    assert_line --index 0 "submission_1 | Ada Lovelace 100 ada@example.org | 02-1 1_lines.c=right"
    assert_line --index 1 "submission_2 | Bob 200 bob@example.org; Eve eve@example.org | 02-2 02-sockets/exercises/2_echo.c=right"
    assert_equal "${#lines[@]}" 2
}

@test "submissions: GitHub Classroom's clones are named by login; so are plain ones" {
    for login in ada bob-b; do
        put "lab-1-$login/.git/config" "[core]"
        put "lab-1-$login/02-sockets/exercises/1_lines.c"
        put "lab-1-$login/Makefile"
        put "lab-1-$login/scripts/grade"
    done
    found
    assert_line "lab-1-ada | ada ada | 02-1 02-sockets/exercises/1_lines.c=right"
    assert_line "lab-1-bob-b | bob-b bob-b | 02-1 02-sockets/exercises/1_lines.c=right"
}

@test "submissions: names that browsers and systems make of 1_lines.c" {
    put "ada/1_lines (1).c"
    put "bob/1_lines.c.txt"
    put "cy/1_Lines.C"
    put "dee/Copy of 1_lines.c"
    put "eve/1_lines - Copy (2).c"
    put "fay/1_lines-1.c"
    put "fay/__MACOSX/._1_lines.c"
    put "fay/.DS_Store"
    put "gus/lines.c"
    found
    for i in {0..5}; do
        assert_line --index "$i" --regexp "^[a-z]+ \| [a-z]+ \| 02-1 [^|]*=right$"
    done
    assert_line --index 6 --partial "gus | gus | 01-1 not found; there is lines.c | 02-1 not found"
}

@test "submissions: identical copies are one; different ones are named, none is taken" {
    put ada/1_lines.c
    put ada/old/1_lines.c
    put "bob/1_lines.c" one
    put "bob/1_lines (1).c" another
    put cy/2_echo.c
    put cy/event-loop-workbook/02-sockets/exercises/2_echo.c "$(cat 02-sockets/exercises/2_[a-z]*.c)"
    put cy/event-loop-workbook/build/02-sockets/exercises/wrong/1_lines.c
    put cy/event-loop-workbook/02-sockets/solutions/1_lines.c
    put cy/event-loop-workbook/README.md
    found
    assert_line "ada | ada | 02-1 1_lines.c=right"
    assert_line "bob | bob | 02-1 2 different files: 1_lines (1).c, 1_lines.c"
    refute_line --regexp "^cy .*(02-1|not taken)"
}

@test "submissions: of several files, what was handed out is not the answer" {
    path=$(compgen -G "02-sockets/exercises/1_*.c")
    mkdir -p "$BATS_TEST_TMPDIR/class/ada/02-sockets/exercises"
    cp "$path" "$BATS_TEST_TMPDIR/class/ada/02-sockets/exercises"
    put "ada/${path##*/}" mine
    run /usr/bin/python3 -Bc "import sys; sys.path.insert(0, 'scripts/grading'); import submissions
exercises = {'02-1': '$path'}
(student,) = submissions.find('$BATS_TEST_TMPDIR/class', exercises).students.values()
print(student.key, student.answers(exercises)['02-1'].data)"
    assert_output "ada b'mine\\n'"
}

@test "submissions: archives are looked into, at the top, in students, in archives" {
    in_python "
z = zipfile.ZipFile('class/ada.zip', 'w')
z.writestr('work/1_lines.c', 'zipped')
z.writestr('__MACOSX/work/._1_lines.c', 'x')
z.close()
inner = io.BytesIO()
with tarfile.open(fileobj=inner, mode='w:gz') as t:
    info = tarfile.TarInfo('a/2_echo.c'); info.size = 6; t.addfile(info, io.BytesIO(b'in tar'))
os.makedirs('class/bob/x')
with zipfile.ZipFile('class/bob/x/all.zip', 'w') as z: z.writestr('inner.tgz', inner.getvalue())
open('class/cy.zip', 'w').write('not a zip')
os.makedirs('class/dee'); open('class/dee/a.rar', 'w').write('rar')
zipfile.ZipFile('class/eve.zip', 'w').close()"
    found
    assert_line "ada | ada | 02-1 ada.zip/work/1_lines.c=zipped" ||
        assert_line "ada | ada | 02-1 work/1_lines.c=zipped"
    assert_line "bob | bob | 02-2 x/all.zip/inner.tgz/a/2_echo.c=in tar"
    assert_line --regexp "^cy .*not taken: cy.zip \(not unpacked: File is not a zip file\)"
    assert_line --regexp "^dee .*a.rar \(an archive that is neither zip nor tar.gz\)"
    assert_line "eve | eve"
    # The same, as one archive.
    in_python "
with zipfile.ZipFile('class.zip', 'w') as z:
    for name in ('export/Ada_1_assignsubmission_file_/1_lines.c', 'export/Bob_2_assignsubmission_file_hw.zip'):
        z.writestr(name, open('class/ada.zip', 'rb').read() if 'hw' in name else 'right')"
    found ../class.zip
    assert_line "Ada_1 | Ada 1 | 02-1 1_lines.c=right"
    assert_line "Bob_2 | Bob 2 | 02-1 hw.zip/work/1_lines.c=zipped"
}

@test "submissions: names in a zip without its flag are UTF-8, else CP437" {
    in_python "
class Plain(zipfile.ZipInfo):
    def _encodeFilenameFlags(self): return self.name, 0
with zipfile.ZipFile('class.zip', 'w') as z:
    for name in ('王 小明_1_assignsubmission_file/1_lines.c'.encode(),
                 'Zoë_2_assignsubmission_file/1_lines.c'.encode('cp437')):
        info = Plain('name'); info.name = name; z.writestr(info, 'right')
    z.writestr('Łuk_3_assignsubmission_file/1_lines.c', 'right')"
    found ../class.zip
    assert_output "王 小明_1 | 王 小明 1 | 02-1 1_lines.c=right
Zoë_2 | Zoë 2 | 02-1 1_lines.c=right
Łuk_3 | Łuk 3 | 02-1 1_lines.c=right"
}

@test "submissions: an archive that leads outside, lies, or has no end is bounded" {
    in_python "
z = zipfile.ZipFile('class/ada.zip', 'w')
z.writestr('../../1_lines.c', 'outside'); z.writestr('/tmp/2_echo.c', 'outside')
link = zipfile.ZipInfo('1_greet.c'); link.external_attr = 0o120777 << 16
z.writestr(link, '/etc/passwd')
z.close()
with tarfile.open('class/bob.tar.gz', 'w:gz', compresslevel=1) as t:
    info = tarfile.TarInfo('zeros'); info.size = 9 << 20
    t.addfile(info, open('/dev/zero', 'rb'))
    for kind, name in ((tarfile.SYMTYPE, '1_lines.c'), (tarfile.CHRTYPE, '2_echo.c')):
        info = tarfile.TarInfo(name); info.type = kind; info.linkname = '/etc/passwd'; t.addfile(info)
with zipfile.ZipFile('class/cy.zip', 'w', zipfile.ZIP_DEFLATED) as z: z.writestr('1_lines.c', 'x' * (30 << 20))
data = open('class/ada.zip', 'rb').read()
open('class/dee.zip', 'wb').write(data[:len(data) // 2])
open('class/eve.tar.gz', 'wb').write(open('class/bob.tar.gz', 'rb').read()[:5000])"
    run /usr/bin/python3 -Bc "import sys; sys.path.insert(0, 'scripts/grading'); import entries
entries.UNPACKED = 8 << 20
sys.argv = ['', '$BATS_TEST_TMPDIR/class']
exec(open('scripts/tests/helpers/submissions.py').read())"
    assert_success
    assert_line --regexp "^ada.*01-1 a symbolic link.*02-1 a path that leads outside"
    assert_line --regexp "^bob.*not taken: bob.tar.gz \(not unpacked: too much is in it\)"
    assert_line --regexp "^cy.*02-1 larger than 256 KiB"
    assert_line --regexp "^dee.*dee.zip \(not unpacked: File is not a zip file\)"
    assert_line --regexp "^eve.*eve.tar.gz \(not unpacked: "
    refute_output --partial outside=
}

@test "submissions: a loose file does not turn a class into one student" {
    put ada/1_lines.c
    put bob/notes.txt
    put 1_lines.c
    put marks.csv
    found
    assert_line "ada | ada | 02-1 1_lines.c=right"
    assert_line --regexp "^bob .*not taken: notes.txt"
    assert_line "beside: 1_lines.c"
    assert_line "beside: marks.csv"
}

@test "submissions: one student: the workbook, its parts, its files, also unpacked beside them" {
    for way in 02-sockets/exercises exercises . event-loop-workbook/02-sockets/exercises; do
        rm -rf "$BATS_TEST_TMPDIR/class"
        put "$way/1_lines.c"
        [[ $way != event* ]] || put 1_lines.c
        found
        assert_equal "${#lines[@]}" 1
        assert_line --regexp "^class \| class \| 02-1 "
    done
    mkdir -p "$BATS_TEST_TMPDIR/class/ada/01-loop"
    found ada
    assert_output "ada | ada"
    found "" one
    assert_output --regexp "^class .* 02-1 "
}

@test "submissions: one level deeper; a class of one whose archive had a directory" {
    put export/class/ada/1_lines.c
    put export/class/bob/1_lines.c
    found export
    assert_equal "${#lines[@]}" 2
    assert_line --index 0 --partial "ada | "
    rm -r "$BATS_TEST_TMPDIR/class/export"
    put bob/event-loop-workbook/02-sockets/exercises/1_lines.c
    found
    assert_output "bob | bob | 02-1 event-loop-workbook/02-sockets/exercises/1_lines.c=right"
}

@test "submissions: what is no C source is named: link, fifo, empty, binary, UTF-16, large" {
    mkdir -p "$BATS_TEST_TMPDIR/class"/{ada,bob,cy,dee,eve,fay}
    cd "$BATS_TEST_TMPDIR/class"
    ln -s /etc/passwd ada/1_lines.c
    mkfifo bob/1_lines.c
    : >cy/1_lines.c
    printf 'a\0b' >dee/1_lines.c
    printf '\xff\xfea\0' >eve/1_lines.c
    head -c 300000 /dev/zero | tr '\0' x >fay/1_lines.c
    ln -s ada/ gus
    cd "$root"
    found
    assert_line --partial "ada | ada | 01-1 a symbolic link | 02-1 a symbolic link"
    assert_line --partial "| 02-1 not a file"
    assert_line --partial "| 02-1 empty"
    assert_line --partial "| 02-1 a binary, not C source"
    assert_line --partial "| 02-1 UTF-16: to be saved as UTF-8"
    assert_line --partial "| 02-1 larger than 256 KiB"
    assert_line --partial "gus | gus | 01-1 a symbolic link"
}

@test "submissions: any name of a directory is a student's" {
    put '$HOME `id` & co/1_lines.c'
    put $'new\nline/1_lines.c'
    put "李明/1_lines.c"
    put "$(printf 'Jose\u0301')/1_lines.c"
    put "=1+1/1_lines.c"
    found
    assert_line --partial '$HOME `id` & co | $HOME `id` & co | 02-1 1_lines.c=right'
    assert_line --partial "李明 | 李明 | 02-1"
    assert_equal "$(grep -c "1_lines.c=right" <<<"$output")" 5
}

@test "submissions: too many files, and directories too deep, spoil nothing for others" {
    put ada/1_lines.c
    in_python "
os.makedirs('class/bob/many')
for i in range(60): open(f'class/bob/many/{i}.txt', 'w').close()
os.makedirs('class/cy/' + 'd/' * 900)
open('class/cy/2_echo.c', 'w').write('right')
os.mkfifo('class/cy/' + 'd/' * 5 + '1_lines.c')"
    run /usr/bin/python3 -Bc "import sys; sys.path.insert(0, 'scripts/grading'); import entries
entries.ENTRIES = 50
sys.argv = ['', '$BATS_TEST_TMPDIR/class']
exec(open('scripts/tests/helpers/submissions.py').read())"
    assert_success
    assert_line --regexp "^ada.*02-1 1_lines.c=right"
    assert_line --regexp "^bob.*not taken: [0-9]+ more"
    assert_line --regexp "^cy.*02-1 not a file.*02-2 2_echo.c=right.*too deep"
}
