/* 0_scene.c — main, and the market; 0_scene.h is the manual. */
#include "0_scene.h"
#include "task_main.h"
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>

enum { BUYERS = 50, PRICE = 42 };

/* A question that is on its way. Owned by itself, until its wait is over. */
struct question {
    struct task_wait wait; /* must come first */
    struct event *timer;   /* owned */
    const char *error;     /* what it ends with, or NULL */
    long *price;
};

/* Lives in main. */
struct market {
    struct task task;
    long ms, lost;     /* an answer takes so long; so many questions are lost */
    struct shop *shop; /* owned */
    struct buyer buyers[BUYERS];
    int count, at;
};

static void question_free(struct question *question)
{
    if (question->timer)
        event_free(question->timer);
    free(question);
}

static bool question_interrupt(struct task_wait *wait)
{
    question_free((struct question *)wait);
    return true;
}

static void on_answer(evutil_socket_t fd, short events, void *arg)
{
    struct question *question = arg;

    (void)fd;
    (void)events;
    if (!question->error)
        *question->price = PRICE;
    task_resume(question->wait.waiter, question->error);
    question_free(question);
}

bool market_ask(struct task *me, struct market *market, long *price)
{
    const struct timeval time = {market->ms / 1000, market->ms % 1000 * 1000};
    struct question *question = calloc(1, sizeof *question);

    if (!question)
        return task_ready(me, TASK_NO_MEMORY);
    question->wait.kind = "the market";
    question->wait.interrupt = question_interrupt;
    question->price = price;
    question->timer = evtimer_new(me->loop->base, on_answer, question);
    if (!question->timer || evtimer_add(question->timer, &time) < 0) {
        question_free(question);
        return task_ready(me, TASK_NO_MEMORY);
    }
    question->error = market->lost-- > 0 ? "no answer" : NULL;
    puts("asked");
    return task_wait_on(me, &question->wait);
}

static void market_run(struct task *me)
{
    struct market *self = (struct market *)me;
    const char *error;

    TASK_BEGIN(me);
    self->shop = shop_new(self);
    if (!self->shop)
        TASK_FAIL(me, TASK_NO_MEMORY);
    for (int i = 0; i < self->count; i++) {
        self->buyers[i].shop = self->shop;
        task_create(me->loop, &self->buyers[i].task, buyer_run, "buyer");
    }
    for (; self->at < self->count; self->at++) {
        AWAIT_CATCH(me, error, task_await(me, &self->buyers[self->at].task));
        if (error)
            printf("%d: %s\n", self->at, error);
        else
            printf("%d: pays %ld\n", self->at, shop_price(self->shop));
    }
    TASK_END(me);
}

int main(int argc, char **argv)
{
    struct market market = {0};
    int status;

    market.ms = argc > 2 ? strtol(argv[1], NULL, 10) : 0;
    market.count = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 0;
    market.lost = argc > 3 ? strtol(argv[3], NULL, 10) : 0;
    if (market.ms < 1 || market.count < 1 || market.count > BUYERS) {
        fputs("usage: 0_price MS BUYERS [LOST]\n", stderr);
        return 2;
    }
    status = task_main(&market.task, market_run);
    free(market.shop);
    return status;
}
