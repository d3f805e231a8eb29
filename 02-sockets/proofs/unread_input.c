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

/* Returns the server's end; *client is the other. Or -1. */
static int connect_pair(int *client)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    struct sockaddr *any = (struct sockaddr *)&address;
    socklen_t length = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0), server = -1;

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    *client = socket(AF_INET, SOCK_STREAM, 0);
    if (listener >= 0 && *client >= 0 && bind(listener, any, length) == 0 &&
        listen(listener, 1) == 0 && getsockname(listener, any, &length) == 0 &&
        connect(*client, any, length) == 0)
        server = accept(listener, NULL, NULL);
    if (listener >= 0)
        close(listener);
    return server;
}

int main(void)
{
    static char bytes[1000000];

    for (int all = 0; all < 2; all++) {
        size_t wanted = all ? 5000 : 1024, sum = 0;
        ssize_t sent, n;
        int client, server = connect_pair(&client);

        if (server < 0 || send(client, bytes, 5000, 0) != 5000 ||
            recv(server, bytes, wanted, MSG_WAITALL) != (ssize_t)wanted)
            return 1;
        sent = send(server, bytes, sizeof bytes, MSG_DONTWAIT);
        close(server);
        while ((n = recv(client, bytes, sizeof bytes, 0)) > 0)
            sum += (size_t)n;
        printf("%zu of 5000 bytes read, then close: the client gets %s of the "
               "answer, then: %s\n",
               wanted, (ssize_t)sum == sent ? "all" : "a part",
               n < 0 ? strerror(errno) : "EOF");
        close(client);
    }
    return 0;
}
