/* options — the command line of the workbook's servers, and of the client.
 *
 *     struct options options = {.idle = 60};
 *     int status = options_read(&options, "a:p:h", usage, help, argc, argv);
 *
 *     if (status != OPTIONS_RUN)
 *         return status;                   help, or an error: already printed
 *     … options.address …
 *     freeaddrinfo(options.address);
 *
 * Every message goes to stderr and begins with the program's name. Idea:
 * argparse, which the twins use; getopt_long(3), getaddrinfo(3), strtol(3).
 */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <netdb.h>
#include <stdbool.h>
#include <sys/time.h>

enum { OPTIONS_RUN = -1 }; /* no exit status: the program should run */

/* What the options say. Set the defaults of the numbers and of keep_open before
 * options_read; it sets the others. */
struct options {
    const char *host;         /* -a, as it was typed (127.0.0.1); argv's */
    long port;                /* -p, 0 to 65535; as a default 0 means 8888 */
    struct addrinfo *address; /* both; the caller owns it: freeaddrinfo */
    long idle;                /* -t, seconds */
    long max;                 /* -m, connections */
    long workers;             /* -w, processes: 1 to 1024 */
    bool keep_open;           /* -k, --keep-open */
};

/* Reads the command line. `accepted` names the options that this program has,
 * as for getopt: a subset of "a:p:kt:m:w:h"; -h is also --help. `usage` is one
 * line with its newline, `help` the lines below it. Returns OPTIONS_RUN with
 * all of *options set. Otherwise it returns main's exit status, and the caller
 * owns nothing: 0 after -h (1 if stdout does not take the help); 2 after an
 * invalid option, whose error it prints. */
int options_read(struct options *options, const char *accepted,
                 const char *usage, const char *help, int argc, char **argv);

/* Returns the word or the option that getopt_long refused with `option`, or, if
 * that is -1, the first word that is no option. Valid until the next call. It is
 * not always argv[optind - 1]: not within -xh, and not with musl, where optind is
 * beyond argc after an option that lacks its value. */
const char *options_refused(int option, char **argv);

/* Reads a whole number from min to max into *number. On failure prints the
 * reason, which calls the number `name`, and returns false. */
bool options_number(const char *name, const char *text, long min, long max,
                    long *number);

/* Reads a duration in seconds, above 0, with or without a fraction. On failure
 * prints the reason and returns false. */
bool options_seconds(const char *name, const char *text, struct timeval *time);

/* Returns the address of a numeric host and port, which the caller frees with
 * freeaddrinfo; if they are not numeric, returns NULL. Prints nothing. It never
 * asks a name server, and therefore does not block. */
struct addrinfo *options_address(const char *host, const char *port);

#endif
