#include "listening.h"

#include <err.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

void listening_failed(const struct options *options)
{
    warn("cannot listen on %s port %ld", options->host, options->port);
}

int listening_socket(const struct options *options)
{
    const struct addrinfo *address = options->address;
    int fd = socket(address->ai_family,
                    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int on = 1;

    if (fd >= 0 &&
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
        setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on) == 0 &&
        (address->ai_family != AF_INET6 ||
         setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) == 0) &&
        bind(fd, address->ai_addr, address->ai_addrlen) == 0 &&
        listen(fd, SOMAXCONN) == 0)
        return fd;
    listening_failed(options);
    if (fd >= 0)
        close(fd);
    return -1;
}

int listening_announce(const struct options *options, int fd)
{
    bool ipv6 = options->address->ai_family == AF_INET6;
    struct sockaddr_in6 in6; /* a sockaddr_in has its port in the same place */
    socklen_t length = sizeof in6;

    if (getsockname(fd, (struct sockaddr *)&in6, &length) < 0) {
        listening_failed(options);
        return -1;
    }
    warnx("listening on %s%s%s:%u", ipv6 ? "[" : "", options->host,
          ipv6 ? "]" : "", ntohs(in6.sin6_port));
    return 0;
}

bool listening_lost_one(int error)
{
    switch (error) {
    case ECONNABORTED:
    case EHOSTDOWN:
    case EHOSTUNREACH:
    case ENETDOWN:
    case ENETUNREACH:
    case ENONET:
    case ENOPROTOOPT:
    case EOPNOTSUPP:
    case EPROTO:
        return true;
    default:
        return false;
    }
}
