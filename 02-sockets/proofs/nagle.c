/* nagle — two small writes, and what waits in the socket of the second.
 *
 * Build: cc -o nagle nagle.c
 *
 * The peer has not acknowledged the first write yet when the second comes (it
 * delays that, in the hope of an answer to put it on). SIOCOUTQNSD tells how
 * many bytes have not been sent at all.
 */
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* Returns the bytes not sent after two writes of 100, or -1. */
static int held_back(int no_delay)
{
    static const char message[100];
    struct sockaddr_in address = {.sin_family = AF_INET};
    struct sockaddr *any = (struct sockaddr *)&address;
    socklen_t length = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0), off = 0, held = -1;
    int ours = socket(AF_INET, SOCK_STREAM, 0), peer;

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (listener < 0 || bind(listener, any, length) < 0 ||
        listen(listener, 1) < 0 || getsockname(listener, any, &length) < 0 ||
        ours < 0 || connect(ours, any, length) < 0 ||
        (peer = accept(listener, NULL, NULL)) < 0 ||
        setsockopt(peer, IPPROTO_TCP, TCP_QUICKACK, &off, sizeof off) < 0 ||
        setsockopt(ours, IPPROTO_TCP, TCP_NODELAY, &no_delay, sizeof no_delay) <
            0 ||
        send(ours, message, sizeof message, 0) < 0 ||
        send(ours, message, sizeof message, 0) < 0 ||
        ioctl(ours, SIOCOUTQNSD, &held) < 0)
        return -1;
    close(listener);
    close(ours);
    close(peer);
    return held;
}

int main(void)
{
    for (int no_delay = 0; no_delay < 2; no_delay++) {
        int most = 0;

        /* More than once: on a busy machine the peer's delay may be over. */
        for (int i = 0; i < 5; i++) {
            int held = held_back(no_delay);

            if (held < 0)
                return 1;
            most = held > most ? held : most;
        }
        printf("TCP_NODELAY %s: 2 writes of 100 bytes, %d bytes held back\n",
               no_delay ? "on " : "off", most);
    }
    return 0;
}
