/* echo — the echo server again: a task for each connection.
 *
 * Twin:   echo.py (asyncio.start_server, StreamReader, StreamWriter)
 * Build:  cc -Imodules -I../02-sockets/modules -o echo echo.c modules/await.c modules/group.c modules/heap.c modules/queue.c modules/serve.c modules/stream.c modules/stream_read.c modules/task_loop.c modules/task_main.c ../02-sockets/modules/acceptor.c ../02-sockets/modules/limits.c ../02-sockets/modules/listening.c ../02-sockets/modules/monotonic.c ../02-sockets/modules/options.c ../02-sockets/modules/stop_signals.c $(pkg-config --cflags --libs libevent)
 * Run:    ./echo              then, elsewhere: nc 127.0.0.1 8888
 * Prints: nothing; where it listens, and what goes wrong, is said on stderr
 *
 * It behaves as `server -k` of 02-sockets does: echoes until the client has
 * closed its half, and survives what clients do. What is written there as six
 * callbacks and a struct of flags is one function here, from top to bottom. The
 * flags have not gone: they are in modules/stream.c, once for all programs.
 */
#include "serve.h"
#include "task_main.h"

enum { MESSAGE_MAX = 64 * 1024 }; /* bytes: what one read takes */

/* async def handle_connection(reader, writer): */
static void handle_connection(struct task *me)
{
    struct stream *stream = &((struct serve_client *)me)->stream;

    TASK_BEGIN(me);
    for (;;) {
        AWAIT(me, stream_read(me, stream, MESSAGE_MAX));
        if (stream->n == 0) /* EOF: the client has sent all it will */
            break;
        stream_write(stream, stream_data(stream), stream->n);
        AWAIT(me, stream_drain(me, stream)); /* it reads: read on */
    }
    TASK_FINALLY(me); /* after an error, or when it is cancelled, too */
    AWAIT(me, stream_close(me, stream));
    TASK_END(me);
}

static const char usage[] =
    "usage: echo [-a ADDRESS] [-p PORT] [-m MAX] [-h]\n";
static const char help[] =
    "Echoes what each client sends, until the client closes.\n"
    "  -a ADDRESS  listen on this IPv4 or IPv6 address (127.0.0.1)\n"
    "  -p PORT     and on this port; 0 picks a free one (8888)\n"
    "  -m MAX      connections at once, others wait (0: no limit)\n"
    "  -h, --help  print this\n";

int main(int argc, char **argv)
{
    struct options options = {0};
    struct serve server = {.options = &options,
                           .handle = handle_connection,
                           .size = sizeof(struct serve_client)};
    int status = options_read(&options, "a:p:m:h", usage, help, argc, argv);

    if (status != OPTIONS_RUN)
        return status;
    status = task_main(&server.task, serve_run); /* asyncio.run */
    freeaddrinfo(options.address);
    return server.failed ? 1 : status;
}
