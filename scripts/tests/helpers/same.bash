# shellcheck shell=bash
# Compares what practice and grading say of an answer:  load helpers/same

# said_of TAP: what the checks found, each text on one line. Numbers may differ: times,
# ports. Those that must not are left: lines of source, and what `did` repeats.
said_of() {
    grep -aE '^(1\.\.|ok |not ok |# \| )' "$1" | sed -E ':join
        N; s/\n# \|  +/ /; t join
        P; D' |
        sed -E '/^# \| did|^[^#]/b; s/\.c:([0-9]+)/.c:L\1L/g; s/\b[0-9]+(\.[0-9]+)?\b/N/g'
}

# same PRACTICE.tap GRADE.tap: prints the difference, and fails if there is one.
same() {
    diff -u --label practice <(said_of "$1") --label grade <(said_of "$2")
}
