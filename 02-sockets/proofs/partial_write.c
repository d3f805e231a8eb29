/* partial_write — a non-blocking socket takes what it has room for.
 *
 * Build: cc -o partial_write partial_write.c
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int main(void)
{
    static char message[4 * 1024 * 1024];
    struct pollfd writable = {.events = POLLOUT};
    ssize_t n, sum = 0;
    int ends[2];

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) < 0)
        return 1;
    n = write(ends[0], message, sizeof message);
    printf("write of 4 MB: %s taken\n", n <= 0 ? "nothing"
                                        : n < (ssize_t)sizeof message ? "a part"
                                                                      : "all");
    while ((n = write(ends[0], message, sizeof message)) > 0)
        ;
    printf("write again:   %s\n", n < 0 ? strerror(errno) : "?");
    writable.fd = ends[0];
    printf("writable:      %s\n", poll(&writable, 1, 0) ? "yes" : "no");
    while ((n = read(ends[1], message, sizeof message)) > 0)
        sum += n;
    printf("peer reads it: writable: %s\n",
           sum && poll(&writable, 1, 0) ? "yes" : "no");
    close(ends[0]);
    close(ends[1]);
    return 0;
}
