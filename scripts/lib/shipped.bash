# shellcheck shell=bash
# The exercises as they are handed out, to be sourced from the workbook's root, after
# exercises.bash. Each chapter has them in exercises/given/shipped.tar.gz, so that
# neither a handout nor a copy without git lacks them.
#
#   pack_exercises CHAPTER     writes the archive from exercises/*.c as they are
#   shipped_copy 01-3          prints the path of an unpacked copy; returns 1 if the
#                              archive has none
#   as_shipped 01-3            true if the learner has changed nothing in it: it is open
#
# And what a handout is made of:
#   workbook_files             the files of the workbook, each ended by a NUL
#   for_students               of such a list, what students get
#   workbook_unknown           files in its rooms that git does not know

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

# The rooms of the workbook, for grep -E: what stands elsewhere, a class's submissions or
# their marks, is the teacher's own.
workbook_rooms='[0-9][0-9]-[^/]*/|scripts/|\.ci/|\.devcontainer/|LICENSE$|Makefile$'
workbook_rooms+='|(README|QUESTIONS|TEACHERS|ARCHITECTURE|CONTRIBUTING|CHANGELOG)\.md$'
workbook_rooms+='|compile_flags\.txt$|\.(clang-format|clang-tidy|codespellrc|editorconfig)$'
workbook_rooms+='|\.(gitignore|gitattributes|shellcheckrc)$'

# In a container the checkout may be another user's, and git would not work there.
git() {
    command git -c safe.directory='*' "$@"
}

# What belongs to the workbook, each with a NUL. Without git all that has a room, but for
# what is built.
workbook_files() {
    if [[ -n $(git ls-files 2>/dev/null | head -n 1) ]]; then
        git ls-files -z
    elif [[ -e .git ]]; then
        echo "handout: git does not say which files are the workbook's:" >&2
        git ls-files 2>&1 >/dev/null | head -n 1 >&2
        return 1
    else
        find . -path ./build -prune -o -path ./.git -prune -o -type f -printf '%P\0' |
            grep -zvxFf <(scripts/checking/check-layout | sed -n 's/: no room for it: .*//p')
    fi
}

# Of the files on stdin those that students get.
for_students() {
    grep -zE "^($workbook_rooms)" |
        grep -zvE '^[0-9][0-9]-[^/]*/(solutions|exercises/(wrong|right))/|\.c\.bak|~$|\.sw.$'
}

# Files that are in a room of the workbook, and that git does not know.
workbook_unknown() {
    git ls-files -z --others --exclude-standard 2>/dev/null | for_students | tr '\0' '\n'
}
