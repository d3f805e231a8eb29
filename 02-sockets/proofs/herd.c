/* herd — one client comes; how many of four waiting loops are woken?
 *
 * Build: cc -o herd herd.c
 *
 * Four epolls stand for four worker processes: all watch one inherited
 * listening socket, or each has a socket of its own on the port (SO_REUSEPORT).
 */
#include <netinet/in.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { WORKERS = 4 };

static int listen_on(struct sockaddr_in *address)
{
    socklen_t length = sizeof *address;
    struct sockaddr *any = (struct sockaddr *)address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), on = 1;

    if (fd >= 0 &&
        (setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) < 0 ||
         bind(fd, any, length) < 0 || listen(fd, 10) < 0 ||
         getsockname(fd, any, &length) < 0)) {
        close(fd);
        return -1;
    }
    return fd;
}

int main(void)
{
    for (int own = 0; own < 2; own++) {
        struct sockaddr_in address = {.sin_family = AF_INET};
        int sockets[WORKERS] = {-1}, epolls[WORKERS], woken = 0, served = 0;
        int client = socket(AF_INET, SOCK_STREAM, 0);
        struct epoll_event event = {.events = EPOLLIN};

        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        for (int i = 0; i < WORKERS; i++) {
            sockets[i] = i == 0 || own ? listen_on(&address) : dup(sockets[0]);
            epolls[i] = epoll_create1(0);
            if (sockets[i] < 0 || epolls[i] < 0 ||
                epoll_ctl(epolls[i], EPOLL_CTL_ADD, sockets[i], &event) < 0)
                return 1;
        }
        if (client < 0 ||
            connect(client, (struct sockaddr *)&address, sizeof address) < 0)
            return 1;
        for (int i = 0; i < WORKERS; i++)
            woken += epoll_wait(epolls[i], &event, 1, 0);
        for (int i = 0; i < WORKERS; i++) {
            int peer = accept(sockets[i], NULL, NULL);

            served += peer >= 0;
            if (peer >= 0)
                close(peer);
            close(sockets[i]);
            close(epolls[i]);
        }
        printf("%s: %d of %d woken, %d got the client\n",
               own ? "a socket each " : "one for all   ", woken, WORKERS,
               served);
        close(client);
    }
    return 0;
}
