#include "lines.h"

int lines_take(struct lines *lines, struct evbuffer *input, char *line)
{
    for (;;) {
        size_t end = 0, length = evbuffer_get_length(input);
        struct evbuffer_ptr found =
            evbuffer_search_eol(input, NULL, &end, EVBUFFER_EOL_CRLF);
        bool ended = found.pos >= 0 || lines->eof, skipped = lines->skipping;

        if (found.pos >= 0)
            length = (size_t)found.pos;
        else
            end = 0;
        /* One byte more may be the CR of a CR LF that is still to come. */
        if (length + end == 0 || (!ended && length <= LINE_LONGEST + 1))
            return LINE_NONE;
        if (!skipped && length <= LINE_LONGEST) {
            evbuffer_remove(input, line, length);
            evbuffer_drain(input, end);
            line[length] = '\0';
            return (int)length;
        }
        evbuffer_drain(input, length + end);
        lines->skipping = !ended;
        if (!skipped)
            return LINE_TOO_LONG;
    }
}
