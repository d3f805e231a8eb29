#!/usr/bin/env bats
# lost_locals.py: which locals of a task it names, and that it warns of no right code.

load ../lib/test_helper
load helpers/copy

plain_build_only=yes

# finds: of the tasks on stdin, which begin with RUN(name), each "lost: NAME" in a
# comment is found, in its line, and nothing else.
finds() {
    local file=$BATS_TEST_TMPDIR/tasks.c

    {
        printf '#include "%s.h"\n' group queue
        printf '#include <%s.h>\n' stdio stdlib event2/util
        cat <<'HEAD'
#define RUN(name) void name(struct task *me); void name(struct task *me)
struct child { struct task task; int result; };
struct my { struct task task; int n, *where; struct queue queue; };
void child_run(struct task *me);
HEAD
        cat
    } >"$file"
    gcc -std=gnu11 -w -I03-tasks/modules -fsyntax-only "$file"
    run -0 /usr/bin/python3 -IS scripts/checking/lost_locals.py "$file"
    output=$(sed -nE 's/^[^ ]*:([0-9]+):[0-9]+: warning: .(\w+). .*AWAIT on line.*/\1 \2/p' <<<"$output")
    assert_output "$(sed -nE '/lost: /{=; s/.*lost: (\w+).*/\1/p}' "$file" | paste -d ' ' - -)"
}

@test "a local that lives over an AWAIT is named with its line, however it does so" {
    finds <<'END'
RUN(counter)
{
    struct my *self = (struct my *)me;
    int count = 0;
    TASK_BEGIN(me);
    while (self->n-- > 0) {
        AWAIT(me, task_sleep(me, 1));
        count++; /* lost: count */
    }
    printf("%d", count);
    TASK_END(me);
}
RUN(loop_variable)
{
    TASK_BEGIN(me);
    for (int i = 0; i < 3; i++) /* lost: i */
        AWAIT(me, task_sleep(me, 1));
    TASK_END(me);
}
RUN(pointer)
{
    struct child *child;
    TASK_BEGIN(me);
    child = calloc(1, sizeof *child);
    AWAIT(me, task_await(me, &child->task));
    free(child); /* lost: child */
    TASK_END(me);
}
RUN(arrays)
{
    char line[40];
    int squares[3];
    TASK_BEGIN(me);
    snprintf(line, sizeof line, "%d", 3);
    squares[1] = 1;
    AWAIT(me, task_sleep(me, 1));
    puts(line); /* lost: line */
    printf("%d", squares[1]); /* lost: squares */
    TASK_END(me);
}
RUN(address_in_the_wait)
{
    struct my *self = (struct my *)me;
    int item;
    TASK_BEGIN(me);
    AWAIT(me, queue_get(me, &self->queue, &item)); /* lost: item */
    TASK_END(me);
}
RUN(a_task_in_it)
{
    struct child child;
    TASK_BEGIN(me);
    task_create(me->loop, &child.task, child_run, "child"); /* lost: child */
    AWAIT(me, task_await(me, &child.task));
    TASK_END(me);
}
RUN(filled_by_a_function)
{
    struct timeval begun;
    TASK_BEGIN(me);
    evutil_gettimeofday(&begun, NULL);
    AWAIT(me, task_sleep(me, 1));
    printf("%ld", (long)begun.tv_sec); /* lost: begun */
    TASK_END(me);
}
RUN(time_of_each_call)
{
    int64_t start = task_loop_now();
    TASK_BEGIN(me);
    AWAIT(me, task_sleep(me, 1));
    printf("%ld", (long)(task_loop_now() - start)); /* lost: start */
    TASK_END(me);
}
RUN(in_a_branch)
{
    struct my *self = (struct my *)me;
    bool odd = false;
    TASK_BEGIN(me);
    if (self->n % 2)
        odd = true;
    AWAIT(me, task_sleep(me, 1));
    puts(odd ? "odd" : "even"); /* lost: odd */
    TASK_END(me);
}
RUN(after_a_second_await)
{
    const char *error = NULL;
    TASK_BEGIN(me);
    AWAIT_CATCH(me, error, task_sleep(me, 1));
    AWAIT(me, task_sleep(me, 1));
    TASK_FINALLY(me);
    if (error) /* lost: error */
        puts(error);
    TASK_END(me);
}
RUN(shared_by_all)
{
    static int step;
    TASK_BEGIN(me);
    for (step = 0; step < 3; step++) { /* lost: step */
        AWAIT(me, task_sleep(me, 1));
    }
    TASK_END(me);
}
static void run_with(struct task *me, int rest)
{
    TASK_BEGIN(me);
    do {
        AWAIT(me, task_sleep(me, 1));
    } while (--rest > 0); /* lost: rest */
    TASK_END(me);
}
RUN(parameter)
{
    run_with(me, 3);
}
END
}

@test "what is set again before it is read, or is the same at each call, is not named" {
    finds <<'END'
RUN(set_again)
{
    struct my *self = (struct my *)me;
    const char *error = NULL;
    bool found = false;
    int n, *p = &self->n;
    TASK_BEGIN(me);
    for (int i = 0; i < 3; i++)
        found = found || self->n == i;
    if (found)
        puts("found");
    AWAIT(me, task_sleep(me, 1));
    if (self->n > 1)
        AWAIT_CATCH(me, error, task_sleep(me, 2));
    if (error && error != TASK_TIMED_OUT)
        TASK_FAIL(me, error);
    for (;;) {
        found = false;
        AWAIT(me, task_sleep(me, sizeof n));
        if (self->n == 2)
            found = true;
        if (found)
            break;
        n = self->n;
        while (n-- > 0)
            printf("%d", n);
        *p = *p + 1;
        do {
            AWAIT_CATCH(me, error, task_sleep(me, n = 3));
        } while (!error && self->n++ < 9);
        (void)error;
    }
    switch (self->n) {
    case 1:
        n = 1;
        break;
    default:
        n = 2;
    }
    printf("%d", n);
    TASK_FINALLY(me);
    AWAIT_CATCH(me, error, task_sleep(me, 2));
    if (error)
        puts(error);
    TASK_END(me);
}
RUN(follows_the_struct)
{
    struct my *self = (struct my *)me;
    int *where = self->where;
    TASK_BEGIN(me);
    self->where = where = calloc(2, sizeof(int));
    if (!where)
        TASK_FAIL(me, TASK_NO_MEMORY);
    AWAIT(me, task_sleep(me, 1));
    where[1] = 3;
    TASK_FINALLY(me);
    free(where);
    TASK_END(me);
}
RUN(buffers)
{
    struct my *self = (struct my *)me;
    int64_t now = task_loop_now();
    struct timeval since;
    char line[20];
    TASK_BEGIN(me);
    while (self->n-- > 0) {
        evutil_gettimeofday(&since, NULL);
        snprintf(line, sizeof line, "%ld", (long)since.tv_sec);
        puts(line);
        AWAIT(me, task_sleep(me, since.tv_usec));
        printf("%ld", (long)now);
    }
    TASK_END(me);
}
RUN(shared_on_purpose)
{
    static int served;
    static struct queue *pool;
    TASK_BEGIN(me);
    if (!pool)
        pool = calloc(1, sizeof *pool);
    served++;
    AWAIT(me, task_sleep(me, 1));
    printf("%d %p", served, (void *)pool);
    TASK_END(me);
}
END
}

@test "no program, solution or other right answer of the workbook is warned of" {
    local right

    mapfile -t right < <(grep -l TASK_BEGIN 0*/*.c 0*/{modules,proofs,solutions}/*.c \
        0*/exercises/{0_*,given/*}.c build/0*/exercises/right/*.c 2>/dev/null)
    ((${#right[@]} > 40))
    run -0 /usr/bin/python3 -IS scripts/checking/lost_locals.py "${right[@]}"
    assert_output ""
}

@test "practice shows it in the compiler's form, once, and goes on to the checks; grade names it, too" {
    local exercises

    small_copy "$BATS_TEST_TMPDIR/copy" 03-tasks/{README.md,modules/{await,heap,task_loop,task_main}.*}
    exercises=$copy/03-tasks/exercises
    mkdir "$exercises"
    echo '## 1. nap — sleep' >"$exercises/README.md"
    printf '%s\n' '# Unsolved fails: it ends' 'load ../../scripts/checking/exercise_helper' \
        '@test "it ends" {' 'run_exercise; wrong "a nap" "it has none"' '}' >"$exercises/1_nap.bats"
    cat >"$exercises/1_nap.c" <<'END'
#include "task_main.h"
static void nap_run(struct task *me)
{
    int64_t n = 0;

    TASK_BEGIN(me);
    n = 5;
    AWAIT(me, task_sleep(me, n));
    if (n != 5)
        TASK_FAIL(me, "n is lost");
    TASK_END(me);
}

int main(void)
{
    struct task nap;

    return task_main(&nap, nap_run);
}
END
    run -0 in_copy practice EXERCISE=03-1
    assert_line --partial "03-tasks/exercises/1_nap.c:9:9: warning: ‘n’ does not survive the AWAIT"
    assert_line --regexp "^ +9 \\|     if \(n != 5\)$"
    assert_line --regexp "^ +\\|         \^$"
    assert_equal "$(grep -c 'warning:' <<<"$output")" 1
    assert_line "  ✗ it ends"
    mkdir -p "$BATS_TEST_TMPDIR/class/ann"
    cp "$exercises/1_nap.c" "$BATS_TEST_TMPDIR/class/ann"
    run in_copy grade SUBMISSION="$BATS_TEST_TMPDIR/class" UNSAFE=1
    assert_output --partial "‘n’ does not survive the AWAIT on line 8: keep it in the task"
}
