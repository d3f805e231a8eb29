/* syscalls — what one echo of 64 bytes costs: bufferevent and bare event.
 *
 * Build: cc -o syscalls syscalls.c $(pkg-config --cflags --libs libevent)
 *
 * The first functions take the place of libc's, also for libevent: each asks the
 * kernel and says its name. libevent 2.2 calls epoll_pwait2, read and write where
 * 2.1 calls epoll_wait, readv and writev. The peer's recv and send say nothing.
 */
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

int epoll_wait(int fd, struct epoll_event *events, int max, int timeout)
{
    printf(" epoll_wait");
    return (int)syscall(SYS_epoll_pwait, fd, events, max, timeout, NULL, 8);
}

int epoll_pwait2(int fd, struct epoll_event *events, int max,
                 const struct timespec *timeout, const sigset_t *mask)
{
    printf(" epoll_pwait2");
    return (int)syscall(SYS_epoll_pwait2, fd, events, max, timeout, mask, 8);
}

int epoll_ctl(int fd, int operation, int of, struct epoll_event *event)
{
    printf(" epoll_ctl");
    return (int)syscall(SYS_epoll_ctl, fd, operation, of, event);
}

int ioctl(int fd, unsigned long request, ...)
{
    va_list more;
    void *argument;

    va_start(more, request);
    argument = va_arg(more, void *);
    va_end(more);
    printf(" ioctl");
    return (int)syscall(SYS_ioctl, fd, request, argument);
}

ssize_t readv(int fd, const struct iovec *parts, int count)
{
    printf(" readv");
    return syscall(SYS_readv, fd, parts, count);
}

ssize_t writev(int fd, const struct iovec *parts, int count)
{
    printf(" writev");
    return syscall(SYS_writev, fd, parts, count);
}

ssize_t read(int fd, void *bytes, size_t size)
{
    printf(" read");
    return syscall(SYS_read, fd, bytes, size);
}

ssize_t write(int fd, const void *bytes, size_t size)
{
    printf(" write");
    return syscall(SYS_write, fd, bytes, size);
}

static void on_input(struct bufferevent *bev, void *arg)
{
    (void)arg;
    bufferevent_write_buffer(bev, bufferevent_get_input(bev));
}

/* Writes at once; only what the socket did not take would need EV_WRITE. */
static void on_readable(evutil_socket_t fd, short events, void *arg)
{
    char bytes[64];
    struct iovec part = {bytes, sizeof bytes};

    (void)events;
    (void)arg;
    if (readv(fd, &part, 1) != 64 || writev(fd, &part, 1) != 64)
        perror("echo");
}

int main(void)
{
    for (int bare = 0; bare < 2; bare++) {
        struct event_base *base = event_base_new();
        struct bufferevent *bev = NULL;
        struct event *event = NULL;
        char bytes[64] = {0};
        int ends[2];

        if (!base || socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends))
            return 1;
        puts(bare ? "\nbare event" : "bufferevent");
        printf("  begin:");
        if (bare)
            event = event_new(base, ends[0], EV_READ | EV_PERSIST, on_readable,
                              NULL);
        else
            bev = bufferevent_socket_new(base, ends[0], 0);
        if (event)
            event_add(event, NULL);
        else if (bev)
            bufferevent_setcb(bev, on_input, NULL, NULL, NULL);
        if (bev)
            bufferevent_enable(bev, EV_READ);
        printf("\n  echo: ");
        if (send(ends[1], bytes, sizeof bytes, 0) != sizeof bytes)
            return 1;
        while (recv(ends[1], bytes, sizeof bytes, 0) < 0 &&
               event_base_loop(base, EVLOOP_ONCE) == 0)
            ;
        printf("\n  end:  ");
        if (bev)
            bufferevent_free(bev);
        if (event)
            event_free(event);
        event_base_free(base);
        close(ends[0]);
        close(ends[1]);
    }
    puts("");
    libevent_global_shutdown();
    return 0;
}
