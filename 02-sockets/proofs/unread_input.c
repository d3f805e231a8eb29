/* unread_input — close() with bytes in the receive queue is a reset.
 *
 * Build: cc -o unread_input unread_input.c
 *
 * The client sends 5000 bytes. The server reads 1024 or all of them, sends an
 * answer and closes; then the client reads the answer to its end.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* ends[0] is the server's. */
static int connect_pair(int ends[2])
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t length = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (listener < 0 ||
        bind(listener, (struct sockaddr *)&address, length) < 0 ||
        listen(listener, 1) < 0 ||
        getsockname(listener, (struct sockaddr *)&address, &length) < 0)
        return -1;
    ends[1] = socket(AF_INET, SOCK_STREAM, 0);
    if (ends[1] < 0 ||
        connect(ends[1], (struct sockaddr *)&address, length) < 0)
        return -1;
    ends[0] = accept(listener, NULL, NULL);
    close(listener);
    return ends[0] < 0 ? -1 : 0;
}

int main(void)
{
    static char bytes[1000000];

    for (int all = 0; all < 2; all++) {
        size_t wanted = all ? 5000 : 1024, sum = 0;
        ssize_t sent, n;
        int ends[2];

        if (connect_pair(ends) < 0 || send(ends[1], bytes, 5000, 0) != 5000 ||
            recv(ends[0], bytes, wanted, MSG_WAITALL) != (ssize_t)wanted)
            return 1;
        sent = send(ends[0], bytes, sizeof bytes, MSG_DONTWAIT);
        close(ends[0]);
        while ((n = recv(ends[1], bytes, sizeof bytes, 0)) > 0)
            sum += (size_t)n;
        printf("%zu of 5000 bytes read, then close: the client gets %s of the "
               "answer, then: %s\n",
               wanted, (ssize_t)sum == sent ? "all" : "a part",
               n < 0 ? strerror(errno) : "EOF");
        close(ends[1]);
    }
    return 0;
}
