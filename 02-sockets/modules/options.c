#include "options.h"

#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool options_number(const char *name, const char *text, long min, long max,
                    long *number)
{
    char *end;

    errno = 0;
    *number = strtol(text, &end, 10);
    if (errno == 0 && end != text && !*end && *number >= min && *number <= max)
        return true;
    warnx("%s '%s': not a number from %ld to %ld", name, text, min, max);
    return false;
}

bool options_seconds(const char *name, const char *text, struct timeval *time)
{
    char *end;
    double seconds = strtod(text, &end);

    if (end == text || *end || !(seconds > 0 && seconds <= 1e6)) {
        warnx("%s '%s': not a number of seconds above 0", name, text);
        return false;
    }
    time->tv_sec = (time_t)seconds;
    time->tv_usec = (suseconds_t)((seconds - (double)time->tv_sec) * 1e6);
    return true;
}

struct addrinfo *options_address(const char *host, const char *port)
{
    const struct addrinfo numeric = {.ai_flags =
                                         AI_NUMERICHOST | AI_NUMERICSERV,
                                     .ai_socktype = SOCK_STREAM};
    struct addrinfo *address;

    if (getaddrinfo(host, port, &numeric, &address) != 0)
        return NULL;
    return address;
}

const char *options_refused(int option, char **argv)
{
    static char name[] = "-?";

    if (option == -1)
        return argv[optind];
    if (option != '?' || optopt == 0)
        return argv[optind - 1];
    name[1] = (char)optopt;
    return name;
}

int options_read(struct options *options, const char *accepted,
                 const char *usage, const char *help, int argc, char **argv)
{
    static const struct option long_options[] = {
        {"keep-open", 0, NULL, 'k'}, {"help", 0, NULL, 'h'}, {0}};
    char port[sizeof "65535"];
    int option;

    options->host = "127.0.0.1";
    options->port = options->port ? options->port : 8888;
    opterr = 0;
    while ((option = getopt_long(argc, argv, accepted, long_options, NULL)) !=
           -1) {
        bool valid = true;

        if (!strchr(accepted, option)) /* '?', or --keep-open without a -k */
            break;
        if (option == 'h')
            return printf("%s%s", usage, help) < 0 || fflush(stdout);
        if (option == 'a')
            options->host = optarg;
        else if (option == 'p')
            valid = options_number("-p", optarg, 0, 65535, &options->port);
        else if (option == 'k')
            options->keep_open = true;
        else if (option == 't')
            valid = options_number("-t", optarg, 0, 1000000, &options->idle);
        else if (option == 'm')
            valid = options_number("-m", optarg, 0, 1000000, &options->max);
        else if (option == 'w')
            valid = options_number("-w", optarg, 1, 1024, &options->workers);
        if (!valid)
            return 2;
    }
    if (option != -1 || optind < argc) {
        warnx("unexpected, or without its value: '%s': %.*s",
              options_refused(option, argv), (int)strcspn(usage, "\n"), usage);
        return 2;
    }
    (void)snprintf(port, sizeof port, "%hu", (unsigned short)options->port);
    options->address = options_address(options->host, port);
    if (!options->address) {
        warnx("-a '%s': not a numeric IPv4 or IPv6 address", options->host);
        return 2;
    }
    return OPTIONS_RUN;
}
