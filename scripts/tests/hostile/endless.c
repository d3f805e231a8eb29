/* Never says that it listens; or with "drip" answers its peer without end, but slowly.
 * For grade_safe.bats.
 */
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int count, char **arguments)
{
    struct sockaddr_in here = {.sin_family = AF_INET};
    socklen_t size = sizeof here;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    (void)arguments;
    if (count == 1)
        for (;;)
            (void)pause();
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(fd, (struct sockaddr *)&here, size) < 0 || listen(fd, 5) < 0 ||
        getsockname(fd, (struct sockaddr *)&here, &size) < 0) {
        (void)close(fd);
        return 1;
    }
    (void)fprintf(stderr, "listening on 127.0.0.1:%d\n", ntohs(here.sin_port));
    fd = accept(fd, NULL, NULL);
    while (write(fd, "x", 1) > 0)
        (void)usleep(50000);
    return 0;
}
