/* 0_scene.c — main, and the books; 0_scene.h is the manual. */
#include "0_scene.h"
#include "steps.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct semaphore desks;
static struct reader *reading[26];

static int count_reading(void)
{
    int count = 0;

    for (int i = 0; i < 26; i++)
        count += reading[i] != NULL;
    return count;
}

static bool stop_reading(struct task_wait *wait)
{
    for (int i = 0; i < 26; i++)
        if (reading[i] && &reading[i]->wait == wait)
            reading[i] = NULL;
    return true;
}

bool read_book(struct task *me, struct reader *reader)
{
    reader->wait =
        (struct task_wait){.interrupt = stop_reading, .kind = "its last page"};
    reading[reader->name - 'A'] = reader;
    printf("%c reads\n", reader->name);
    if (count_reading() > stage.max)
        printf("%d readers at %d desk%s\n", count_reading(), stage.max,
               stage.max == 1 ? "" : "s");
    return task_wait_on(me, &reader->wait);
}

static void stop(char who, const char *error)
{
    struct reader *reader = reading[who - 'A'];

    reading[who - 'A'] = NULL;
    if (reader)
        task_resume(&reader->task, error);
}

static void on_ended(char name, struct task *task)
{
    const char *error = task_error(task);

    printf("%c %s\n", name, error ? error : "has read it all");
}

static int step(const char *verb, char who, const char *value)
{
    struct reader *reader;

    (void)value;
    if (!who && !strcmp(verb, "count")) {
        printf("%d read\n", count_reading());
    } else if (who && !strcmp(verb, "enter")) {
        reader = calloc(1, reader_size);
        if (reader)
            *reader = (struct reader){.desks = &desks, .name = who};
        stage_enter(who, &reader->task, reader_run);
    } else if (who && !strcmp(verb, "leave")) {
        stop(who, NULL);
    } else if (who && !strcmp(verb, "tear")) {
        stop(who, "has half a book");
    } else {
        return -1;
    }
    return 0;
}

int main(int argc, char **argv)
{
    static const struct steps steps = {
        .program = "0_desk", .least = 1, .step = step, .ended = on_ended};

    semaphore_init(&desks, argc < 2 ? 0 : strtoul(argv[1], NULL, 10));
    return steps_main(&steps, argc, argv);
}
