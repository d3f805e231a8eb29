/* health — two ways to ask whether a connection lives: what each costs, and
 * what it does not see.
 *
 * Build: cc -o health health.c $(pkg-config --cflags --libs libmariadb)
 * Run:   ../../scripts/with-mariadb ./health
 */
#include <errno.h>
#include <mysql.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { TIMES = 2000 };

static double now_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static double us_each(double begin)
{
    return (now_us() - begin) / (double)TIMES;
}

/* Nothing to read, and no end of file: as far as the kernel knows it lives. */
static bool peek(int fd)
{
    char byte;

    return recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 &&
           (errno == EAGAIN || errno == EWOULDBLOCK);
}

int main(void)
{
    const char *port = getenv("MYSQL_TCP_PORT");
    MYSQL *mysql = mysql_init(NULL);
    bool good = true;
    double begin;
    int pair[2];

    if (!mysql ||
        !mysql_real_connect(mysql, getenv("MYSQL_HOST"), getenv("MYSQL_USER"),
                            getenv("MYSQL_PWD"), NULL,
                            port ? (unsigned)strtoul(port, NULL, 10) : 3306,
                            NULL, 0)) {
        fputs("health: no connection\n", stderr);
        return 1;
    }
    begin = now_us();
    for (int i = 0; i < TIMES; i++)
        good = peek(mysql_get_socket(mysql)) && good;
    printf("a look at the socket: %.1f us\n", us_each(begin));
    begin = now_us();
    for (int i = 0; i < TIMES; i++)
        good = mysql_ping(mysql) == 0 && good;
    printf("a ping:               %.1f us\n", us_each(begin));
    mysql_close(mysql);
    mysql_library_end();

    if (!good || socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0)
        return 1;
    printf("a peer that hangs and will never answer: %s\n",
           peek(pair[0]) ? "looks alive" : "is found out");
    if (write(pair[1], "!", 1) != 1)
        return 1;
    printf("one that speaks though nobody has asked: %s\n",
           peek(pair[0]) ? "looks alive" : "is found out");
    if (read(pair[0], &(char){0}, 1) != 1)
        return 1;
    close(pair[1]);
    printf("one that has closed:                     %s\n",
           peek(pair[0]) ? "looks alive" : "is found out");
    close(pair[0]);
    return 0;
}
