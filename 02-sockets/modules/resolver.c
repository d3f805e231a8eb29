#include "resolver.h"

#include <event2/dns.h>
#include <netdb.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { A, AAAA, FAMILIES };
enum { NAME_MAX_LENGTH = 253, LABEL_MAX_LENGTH = 63 };

/* evdns sends a question ATTEMPTS times, and to the next server each time. It
 * always reports the end, unless it lacks the memory: hence a limit of ours. */
static const char timeout[] = "1", attempts[] = "6";
static const struct timeval at_once = {0, 0}, lookup_limit = {8, 0};
/* More than the timeout, so that one lost datagram loses no family. */
static const struct timeval other_family = {1, 500000};

/* Frees itself through its timer, which is pending from beginning to end. */
struct resolver_lookup {
    struct event *timer;
    /* One for each family: two questions of one evdns_base go to different
     * servers, and both should begin with the first. Set while asking. */
    struct evdns_base *dns[FAMILIES];
    int unanswered; /* families */
    int error;      /* in case that there is no address */
    uint16_t port;
    resolver_done *done; /* NULL: cancelled */
    void *arg;
    size_t count;
    struct resolver_address addresses[RESOLVER_MAX];
};

/* Adds an address behind the others; an IPv6 one of DNS before those of IPv4. */
static void add_address(struct resolver_lookup *lookup,
                        const struct resolver_address *address, bool ip6)
{
    struct resolver_address *addresses = lookup->addresses;
    size_t at = ip6 ? 0 : lookup->count;

    if (lookup->count == RESOLVER_MAX)
        return;
    while (at < lookup->count && addresses[at].any.sa_family == AF_INET6)
        at++;
    memmove(addresses + at + 1, addresses + at,
            (lookup->count - at) * sizeof *addresses);
    addresses[at] = *address;
    lookup->count++;
}

/* Reads a numeric address, which may be in brackets. Returns 0, or EAI_…. */
static int read_numeric(const char *text, uint16_t port,
                        struct resolver_address *address)
{
    const struct addrinfo hints = {.ai_flags = AI_NUMERICHOST,
                                   .ai_socktype = SOCK_STREAM};
    size_t length = strlen(text);
    bool brackets = length > 2 && text[0] == '[' && text[length - 1] == ']';
    char plain[INET6_ADDRSTRLEN + 32]; /* and a scope */
    struct addrinfo *info;
    int error;

    if (length >= sizeof plain)
        return EAI_NONAME;
    memcpy(plain, text + brackets, length + 1 - brackets);
    if (brackets)
        plain[length - 2] = '\0';
    error = getaddrinfo(plain, NULL, &hints, &info);
    if (error)
        return error;
    memcpy(&address->any, info->ai_addr, info->ai_addrlen);
    address->length = info->ai_addrlen;
    freeaddrinfo(info);
    address->ip4.sin_port = htons(port); /* sin6_port is in the same place */
    return 0;
}

/* Adds both addresses of this machine. */
static void add_localhost(struct resolver_lookup *lookup)
{
    struct resolver_address address = {
        .ip6 = {.sin6_family = AF_INET6,
                .sin6_port = htons(lookup->port),
                .sin6_addr = IN6ADDR_LOOPBACK_INIT},
        .length = sizeof address.ip6};

    add_address(lookup, &address, false);
    address =
        (struct resolver_address){.ip4 = {.sin_family = AF_INET,
                                          .sin_port = htons(lookup->port),
                                          .sin_addr = {htonl(INADDR_LOOPBACK)}},
                                  .length = sizeof address.ip4};
    add_address(lookup, &address, false);
}

/* A file of lines of words, in which # begins a comment. */
struct words {
    FILE *file; /* NULL: there is none, which is like an empty one */
    char *line, *rest;
    size_t size;
};

/* Returns the first word of the next line that has one; NULL: no more. */
static char *next_line(struct words *words)
{
    char *word;

    while (words->file &&
           getline(&words->line, &words->size, words->file) >= 0) {
        words->line[strcspn(words->line, "#")] = '\0';
        word = strtok_r(words->line, " \t\r\n", &words->rest);
        if (word)
            return word;
    }
    return NULL;
}

static char *next_word(struct words *words)
{
    return strtok_r(NULL, " \t\r\n", &words->rest);
}

/* Returns true if the file was read to its end, or if there is none. */
static bool end_words(struct words *words)
{
    bool complete = !words->file || feof(words->file);

    if (words->file)
        fclose(words->file);
    free(words->line);
    return complete;
}

/* Adds the addresses that /etc/hosts has. Returns 0 or EAI_MEMORY. */
static int add_hosts(struct resolver_lookup *lookup, const char *host)
{
    struct words words = {.file = fopen("/etc/hosts", "re")};
    struct resolver_address address = {0};
    char *number, *name;

    while ((number = next_line(&words))) {
        while ((name = next_word(&words)) && strcasecmp(name, host) != 0)
            ;
        if (name && read_numeric(number, lookup->port, &address) == 0)
            add_address(lookup, &address, false);
    }
    return end_words(&words) ? 0 : EAI_MEMORY;
}

/* For evdns, which would print each server that fails. */
static void print_nothing(int is_warning, const char *message)
{
    (void)is_warning;
    (void)message;
}

/* Makes what asks one family of addresses, with the name servers and search
 * domains of resolv.conf. A server with a scope (fe80::1%eth0) whose interface
 * does not exist is left out. Returns NULL without memory. */
static struct evdns_base *new_dns(struct event_base *base)
{
    struct evdns_base *dns = evdns_base_new(base, 0);

    if (!dns)
        return NULL;
    evdns_set_log_fn(print_nothing);
    evdns_base_resolv_conf_parse(
        dns, DNS_OPTION_SEARCH | DNS_OPTION_NAMESERVERS, "/etc/resolv.conf");
    evdns_base_set_option(dns, "timeout", timeout);
    evdns_base_set_option(dns, "attempts", attempts);
    return dns;
}

/* Closes the sockets, and lets the timer end the lookup. In between come
 * answers for which evdns has scheduled a call: libevent may run such a call in
 * the next pass, but before a timer. */
static void settle(struct resolver_lookup *lookup)
{
    int i;

    for (i = 0; i < FAMILIES; i++) {
        if (lookup->dns[i])
            evdns_base_free(lookup->dns[i], 0); /* 0: with no call */
        lookup->dns[i] = NULL;
    }
    if (evtimer_add(lookup->timer, &at_once) < 0)
        event_active(lookup->timer, EV_TIMEOUT, 0); /* takes no memory */
}

/* One family has been answered. */
static void on_answer(int result, char type, int count, int ttl, void *found,
                      void *arg)
{
    struct resolver_lookup *lookup = arg;
    struct resolver_address address = {0};
    int i;

    (void)ttl;
    if (!lookup->dns[A])
        return; /* too late */
    address.length =
        type == DNS_IPv4_A ? sizeof address.ip4 : sizeof address.ip6;
    address.any.sa_family = type == DNS_IPv4_A ? AF_INET : AF_INET6;
    address.ip4.sin_port = htons(lookup->port);
    for (i = 0; result == DNS_ERR_NONE && i < count; i++) {
        if (type == DNS_IPv4_A)
            address.ip4.sin_addr = ((struct in_addr *)found)[i];
        else
            address.ip6.sin6_addr = ((struct in6_addr *)found)[i];
        add_address(lookup, &address, type == DNS_IPv6_AAAA);
    }
    if (result && result != DNS_ERR_NOTEXIST && result != DNS_ERR_NODATA)
        lookup->error = EAI_AGAIN; /* evdns has tried the other servers */
    if (--lookup->unanswered == 0)
        settle(lookup);
    else if (lookup->count > 0)
        evtimer_add(lookup->timer, &other_family); /* it is pending already */
}

/* Asks the name servers. Returns 0, or the error if that is not possible. */
static int ask(struct resolver_lookup *lookup, struct event_base *base,
               const char *host)
{
    int i;

    for (i = 0; i < FAMILIES; i++) {
        lookup->dns[i] = new_dns(base);
        if (!lookup->dns[i])
            return EAI_MEMORY;
        if (evdns_base_count_nameservers(lookup->dns[i]) == 0)
            return EAI_AGAIN;
    }
    if (!evdns_base_resolve_ipv4(lookup->dns[A], host, 0, on_answer, lookup) ||
        !evdns_base_resolve_ipv6(lookup->dns[AAAA], host, 0, on_answer, lookup))
        return EAI_MEMORY;
    lookup->unanswered = FAMILIES;
    return 0;
}

/* Returns whether DNS can be asked for it: labels with a dot between them, and
 * one at the end, maybe. With colons it is an invalid address, or one of an
 * interface that does not exist. */
static bool is_name(const char *host)
{
    size_t label;

    if (!*host || strlen(host) > NAME_MAX_LENGTH || strchr(host, ':'))
        return false;
    while (*host) {
        label = strcspn(host, ".");
        if (label == 0 || label > LABEL_MAX_LENGTH)
            return false;
        host += label + (host[label] == '.');
    }
    return true;
}

/* Finds the addresses, or asks for them. Returns 0; if the lookup ends without
 * an address, returns the reason. */
static int start(struct resolver_lookup *lookup, struct event_base *base,
                 const char *host)
{
    struct resolver_address address = {0};
    int error = read_numeric(host, lookup->port, &address);

    if (error == 0)
        add_address(lookup, &address, false);
    else if (error != EAI_NONAME)
        return error;
    else if (strcasecmp(host, "localhost") == 0)
        add_localhost(lookup);
    else if (!is_name(host))
        return EAI_NONAME;
    else
        error = add_hosts(lookup, host);
    if (lookup->count > 0)
        return 0;
    return error == EAI_MEMORY ? error : ask(lookup, base, host);
}

/* The lookup has settled, or waited long enough. */
static void on_timer(evutil_socket_t fd, short events, void *arg)
{
    struct resolver_lookup *lookup = arg;

    (void)fd;
    (void)events;
    if (lookup->dns[A]) {
        lookup->error = EAI_AGAIN;
        settle(lookup);
        return;
    }
    if (lookup->done)
        lookup->done(lookup->count > 0 ? 0 : lookup->error, lookup->addresses,
                     lookup->count, lookup->arg);
    event_free(lookup->timer);
    free(lookup);
}

struct resolver_lookup *resolver_lookup(struct event_base *base,
                                        const char *host, uint16_t port,
                                        resolver_done *done, void *arg)
{
    struct resolver_lookup *lookup = calloc(1, sizeof *lookup);
    int error;

    if (!lookup)
        return NULL;
    lookup->port = port;
    lookup->done = done;
    lookup->arg = arg;
    lookup->timer = evtimer_new(base, on_timer, lookup);
    if (!lookup->timer || evtimer_add(lookup->timer, &lookup_limit) < 0) {
        if (lookup->timer)
            event_free(lookup->timer);
        free(lookup);
        return NULL;
    }
    error = start(lookup, base, host);
    lookup->error = error ? error : EAI_NONAME;
    if (lookup->unanswered == 0)
        settle(lookup);
    return lookup;
}

void resolver_cancel(struct resolver_lookup *lookup)
{
    if (!lookup)
        return;
    lookup->done = NULL;
    settle(lookup);
}
