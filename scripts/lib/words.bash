# shellcheck shell=bash
# ARGS as words, for try and see. To be sourced.

# read_words NAME TEXT: sets the array `words`; on failure prints the reason, after
# NAME, and returns 1.
# They are words as a shell reads them, with quotes; but $ and * are only letters.
read_words() {
    local parts

    parts=$(
        /usr/bin/python3 -I -S - "$@" <<'END'
import shlex, sys
try:
    words = shlex.split(sys.argv[2])
except ValueError as error:
    sys.exit(f"{sys.argv[1]}: ARGS={sys.argv[2]}: {str(error).lower()}")
print(" ".join(map(shlex.quote, words)))
END
    ) || return 1
    eval "words=($parts)"
}
