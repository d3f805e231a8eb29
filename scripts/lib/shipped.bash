# shellcheck shell=bash
# The exercises as they are handed out, to be sourced from the workbook's root, after
# exercises.bash. Each chapter has them in exercises/given/shipped.tar.gz, so that
# neither a handout nor a copy without git lacks them.
#
#   pack_exercises CHAPTER     writes the archive from exercises/*.c as they are
#   shipped_copy 01-3          prints the path of an unpacked copy; returns 1 if the
#                              archive has none
#   as_shipped 01-3            true if the learner has changed nothing in it: it is open

pack_exercises() (
    cd "$1/exercises" || return
    set -- [0-9]_*.c
    [[ -e $1 ]] || return 0
    mkdir -p given
    tar --mtime=@0 --owner=0 --group=0 --numeric-owner --mode=u=rw,go=r -c "$@" |
        gzip -n9 >given/shipped.tar.gz
)

shipped_copy() {
    local path chapter archive unpacked

    path=$(exercise_path "$1")
    chapter=${path%%/*}
    archive=$chapter/exercises/given/shipped.tar.gz unpacked=$practice/shipped/$chapter
    [[ -e $archive ]] || return 1
    if [[ ! $unpacked -nt $archive ]]; then
        rm -rf "$unpacked"
        mkdir -p "$unpacked"
        tar -xzmf "$archive" -C "$unpacked" || return
    fi
    [[ -e $unpacked/${path##*/}.c ]] && echo "$unpacked/${path##*/}.c"
}

as_shipped() {
    local copy

    copy=$(shipped_copy "$1") && cmp -s "$copy" "$(exercise_path "$1").c"
}
