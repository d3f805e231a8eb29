# shellcheck shell=bash
# For grade.bats and soak/grade.bats: makes a class. $book is the checkout that
# grades, $class has a directory for each student.

# shellcheck source=scripts/tests/helpers/copy.bash
source "$root/scripts/tests/helpers/copy.bash"

grade() {
    TEACHERS_SECRET=1 EXERCISE_PATIENCE=1 quiet_make -s -C "$book" grade "$@"
}

# answer STUDENT [NAME]: stdin is its answer.
answer() {
    mkdir -p "$class/$1/01-loop/exercises"
    cat >"$class/$1/01-loop/exercises/${2-1_greet.c}"
}

hostile() {
    sed "1i #define CHECKOUT \"$book\"\n#define CLASS \"$class\"" \
        "$root/scripts/tests/hostile/$1.c" | answer "$1"
}

copy_workbook() {
    local here=$root/scripts/tests/hostile

    small_copy "$1/book" 01-loop/README.md
    book=$copy class=$1/class
    mkdir -p "$book/01-loop/"{exercises,solutions} "$class"
    cp "$here/exercises/1_greet.bats" "$book/01-loop/exercises"
    cp "$here/exercises/1_greet.c" "$book/01-loop/solutions"
    # The scene of an answer that has the learner's part alone, greet().
    mkdir "$book/01-loop/exercises/given"
    echo 'void greet(const char *name);' >"$book/01-loop/exercises/given/1_scene.h"
    {
        echo '#include "1_scene.h"'
        sed 's/(void)printf(.*/greet(argv[1]);/' "$here/exercises/1_greet.c"
    } >"$book/01-loop/exercises/given/1_scene.c"
    echo 'int main(void) { return 0; }' >"$book/01-loop/exercises/1_greet.c"
    printf '## 1. greet — say hello\n' >"$book/01-loop/exercises/README.md"
}
