#define _GNU_SOURCE 1 /* RTLD_DEFAULT */
#include "mariadb_socket.h"

#include <dlfcn.h>
#include <errno.h>
#include <ma_pvio.h>
#include <pthread.h>

/* From 3.4 on the library has only non-blocking sockets, and its method that
 * reads also waits: no hook can make it yield. */
#define READS_WITHOUT_WAITING (MARIADB_PACKAGE_VERSION_ID < 30400)

/* The library's table, and the same with our hooks. Written once. */
static struct st_ma_pvio_methods original, hooked;

/* What <mysql/client_plugin.h> calls MARIADB_PVIO_PLUGIN. It cannot be
 * included: it wants a header that Debian does not install. */
struct socket_plugin {
    MYSQL_CLIENT_PLUGIN_HEADER
    struct st_ma_pvio_methods *methods;
};
enum { SOCKET_PLUGIN = 101, SOCKET_PLUGIN_VERSION = 0x100 };

/* OpenSSL's, if the library was built with it, else NULL. */
static void (*clear_tls_errors)(void);

static _Thread_local struct mariadb_socket *running;

/* NULL: a connection of other code in this process. */
static struct mariadb_socket *find_running(const MYSQL *mysql)
{
    return running && mysql == running->mysql ? running : NULL;
}

#if READS_WITHOUT_WAITING
static ssize_t on_read(MARIADB_PVIO *pvio, unsigned char *buffer, size_t length)
{
    struct mariadb_socket *socket = find_running(pvio->mysql);
    ssize_t n;

    if (!socket)
        return original.async_read(pvio, buffer, length);
    if (socket->budget == 0) {
        errno = EAGAIN;
        return -1;
    }
    if (length > socket->budget)
        length = socket->budget;
    n = original.async_read(pvio, buffer, length);
    if (n > 0)
        socket->budget -= (size_t)n;
    return n;
}

static int on_blocking(MARIADB_PVIO *pvio, my_bool block, my_bool *before)
{
    bool ours = find_running(pvio->mysql);

    return original.blocking(pvio, ours ? 0 : block, before);
}
#endif

static my_bool on_connect(MARIADB_PVIO *pvio, MA_PVIO_CINFO *cinfo)
{
    struct mariadb_socket *socket = find_running(cinfo->mysql);
    my_bool failed = original.connect(pvio, cinfo);

    if (socket && socket->tls_name)
        cinfo->host = socket->tls_name;
    return failed;
}

static int on_wait(MARIADB_PVIO *pvio, my_bool is_read, int timeout)
{
    struct mariadb_socket *socket = find_running(pvio->mysql);
    int happened;

    if (!socket || !socket->handshake)
        return original.wait_io_or_timeout(pvio, is_read, timeout);
    /* They came in plain text, and would be taken for encrypted ones. */
    if (mariadb_socket_has_spare_bytes(pvio->mysql))
        return 0;
    happened = coroutine_yield(socket->handshake,
                               is_read ? MYSQL_WAIT_READ : MYSQL_WAIT_WRITE);
    return happened & MYSQL_WAIT_TIMEOUT ? 0 : 1;
}

static void install_hooks(MYSQL *mysql)
{
    struct socket_plugin *plugin =
        (struct socket_plugin *)mysql_client_find_plugin(mysql, "pvio_socket",
                                                         SOCKET_PLUGIN);

    if (!plugin || plugin->interface_version != SOCKET_PLUGIN_VERSION)
        return;
    original = hooked = *plugin->methods;
#if READS_WITHOUT_WAITING
    hooked.async_read = on_read;
    hooked.blocking = on_blocking;
#endif
    hooked.connect = on_connect;
    hooked.wait_io_or_timeout = on_wait;
    plugin->methods = &hooked;
    *(void **)&clear_tls_errors = dlsym(RTLD_DEFAULT, "ERR_clear_error");
}

int mariadb_socket_hook(MYSQL *mysql)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    bool installed;

    pthread_mutex_lock(&lock);
    if (!original.connect)
        install_hooks(mysql);
    installed = original.connect;
    pthread_mutex_unlock(&lock);
    return installed ? 0 : -1;
}

void mariadb_socket_enter(struct mariadb_socket *socket)
{
    running = socket;
    /* The library leaves the errors of one connection in OpenSSL's queue, and
     * then takes them for errors of the next. */
    if (socket->tls && clear_tls_errors)
        clear_tls_errors();
}

void mariadb_socket_leave(void)
{
    running = NULL;
}

bool mariadb_socket_has_spare_bytes(const MYSQL *mysql)
{
    const MARIADB_PVIO *pvio = mysql->net.pvio;

    return pvio && pvio->cache_pos < pvio->cache + pvio->cache_size;
}
