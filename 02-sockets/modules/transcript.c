#include "transcript.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <wchar.h>
#include <wctype.h>

/* Invisible characters that act on those around them: bidirectional controls,
 * joiners, line separators, the byte order mark, tags. */
static bool is_format_control(wchar_t c)
{
    return c == 0xad || (c >= 0x600 && c <= 0x605) || c == 0x61c ||
           c == 0x180e || (c >= 0x200b && c <= 0x200f) ||
           (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) ||
           c == 0xfeff || (c >= 0xfff9 && c <= 0xfffb) ||
           (c >= 0xe0000 && c <= 0xe0fff);
}

void transcript_print(FILE *stream, const char *bytes, size_t n)
{
    while (n > 0) {
        mbstate_t state = {0};
        wchar_t c = 0;
        size_t length = mbrtowc(&c, bytes, n, &state);

        if (length == 0) /* a NUL is a character, too */
            length = 1;
        if (length > n) { /* (size_t)-1 or -2: not UTF-8, or cut off */
            fprintf(stream, "\\x%02x", (unsigned char)*bytes);
            length = 1;
        } else if (c == '\n' || c == '\r' || c == '\t') {
            fprintf(stream, "\\%c", c == '\n' ? 'n' : c == '\r' ? 'r' : 't');
        } else if (c < 0x20 || (c >= 0x7f && c <= 0x9f)) {
            fprintf(stream, "\\x%02x", (unsigned)c);
        } else if (!iswprint((wint_t)c) || is_format_control(c)) {
            fprintf(stream, c <= 0xffff ? "\\u%04x" : "\\U%08x", (unsigned)c);
        } else {
            fwrite(bytes, 1, length, stream);
        }
        bytes += length;
        n -= length;
    }
}

void transcript_peer(const struct sockaddr *address, char *text, size_t size)
{
    const struct sockaddr_in *in = (const void *)address;
    const struct sockaddr_in6 *in6 = (const void *)address;
    char ip[INET6_ADDRSTRLEN];

    if (address->sa_family == AF_INET6)
        snprintf(text, size, "('%s', %u, %" PRIu32 ", %" PRIu32 ")",
                 inet_ntop(AF_INET6, &in6->sin6_addr, ip, sizeof ip),
                 ntohs(in6->sin6_port), ntohl(in6->sin6_flowinfo),
                 in6->sin6_scope_id);
    else
        snprintf(text, size, "('%s', %u)",
                 inet_ntop(AF_INET, &in->sin_addr, ip, sizeof ip),
                 ntohs(in->sin_port));
}
