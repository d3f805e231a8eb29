/* libuv_echo — the echo of `server -k` on libuv, for bench/run to measure.
 *
 * It is a peer and no model: it has neither back-pressure nor a pause when
 * descriptors run out. bench/run builds it; -p PORT is its only option.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <uv.h>

/* One a read that the socket could not echo at once; frees itself. */
struct reply {
    uv_write_t request;
    char *bytes;
};

/* Every read lands here and is written before the next: there is one loop. */
static char scratch[65536];

static void on_closed(uv_handle_t *handle)
{
    free(handle);
}

static void on_buffer_wanted(uv_handle_t *handle, size_t size, uv_buf_t *buffer)
{
    (void)handle;
    (void)size;
    *buffer = uv_buf_init(scratch, sizeof scratch);
}

static void on_written(uv_write_t *request, int status)
{
    struct reply *reply = (struct reply *)request;

    (void)status;
    free(reply->bytes);
    free(reply);
}

/* Writes at once; what the socket did not take is copied and queued. */
static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buffer)
{
    uv_buf_t rest;
    struct reply *reply;
    int sent = 0;

    if (n < 0) {
        uv_close((uv_handle_t *)stream, on_closed);
        return;
    }
    rest = uv_buf_init(buffer->base, (unsigned)n);
    if (uv_stream_get_write_queue_size(stream) == 0)
        sent = uv_try_write(stream, &rest, 1);
    sent = sent < 0 ? 0 : sent;
    if (sent == n)
        return;
    reply = malloc(sizeof *reply);
    if (!reply || !(reply->bytes = malloc((size_t)(n - sent)))) {
        free(reply);
        uv_close((uv_handle_t *)stream, on_closed);
        return;
    }
    memcpy(reply->bytes, scratch + sent, (size_t)(n - sent));
    rest = uv_buf_init(reply->bytes, (unsigned)(n - sent));
    if (uv_write(&reply->request, stream, &rest, 1, on_written) < 0) {
        on_written(&reply->request, 0);
        uv_close((uv_handle_t *)stream, on_closed);
    }
}

static void on_connection(uv_stream_t *listener, int status)
{
    uv_tcp_t *peer = status == 0 ? malloc(sizeof *peer) : NULL;

    if (!peer)
        return;
    uv_tcp_init(listener->loop, peer);
    if (uv_accept(listener, (uv_stream_t *)peer) < 0 ||
        uv_tcp_nodelay(peer, 1) < 0 ||
        uv_read_start((uv_stream_t *)peer, on_buffer_wanted, on_read) < 0)
        uv_close((uv_handle_t *)peer, on_closed);
}

int main(int argc, char **argv)
{
    int port = argc == 3 && !strcmp(argv[1], "-p")
                   ? (int)strtol(argv[2], NULL, 10)
                   : -1;
    int length = sizeof(struct sockaddr_in), error;
    struct sockaddr_in address;
    struct rlimit limit;
    uv_tcp_t listener;

    if (port < 0 || uv_ip4_addr("127.0.0.1", port, &address) < 0) {
        fputs("usage: libuv_echo -p PORT\n", stderr);
        return 2;
    }
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
    uv_tcp_init(uv_default_loop(), &listener);
    error = uv_tcp_bind(&listener, (struct sockaddr *)&address, 0);
    if (error == 0)
        error = uv_listen((uv_stream_t *)&listener, 4096, on_connection);
    if (error == 0)
        error =
            uv_tcp_getsockname(&listener, (struct sockaddr *)&address, &length);
    if (error < 0) {
        fprintf(stderr, "libuv_echo: cannot listen: %s\n", uv_strerror(error));
        return 1;
    }
    fprintf(stderr, "libuv_echo: listening on 127.0.0.1:%d\n",
            ntohs(address.sin_port));
    return uv_run(uv_default_loop(), UV_RUN_DEFAULT);
}
