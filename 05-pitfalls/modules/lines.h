/* lines — takes lines out of an input, and bounds them.
 *
 *     struct lines lines = {0};                     one for each connection
 *     char line[LINE_LONGEST + 1];
 *     while ((length = lines_take(&lines, input, line)) != LINE_NONE) …
 *
 * A line that never ends must be an error: who waits for its end fills the memory
 * or, with a bound on the buffer, spins (see 02-15). The rest of such a line is
 * thrown away as it comes, and the next line is a line again.
 *
 * asyncio: StreamReader.readline, whose limit raises LimitOverrunError.
 */
#ifndef LINES_H
#define LINES_H

#include <event2/buffer.h>
#include <stdbool.h>

enum {
    LINE_LONGEST = 64, /* bytes, without its end */
    LINE_NONE = -1,    /* there is none yet */
    LINE_TOO_LONG = -2,
};

struct lines {
    bool eof;      /* set it at EOF: what is left is a line, too */
    bool skipping; /* the rest of one that is too long */
};

/* Takes the next line, ended by LF or CR LF, copies it without its end, and
 * ends it with a NUL. Returns its length, LINE_NONE or, once for each,
 * LINE_TOO_LONG. */
int lines_take(struct lines *lines, struct evbuffer *input, char *line);

#endif
