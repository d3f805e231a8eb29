/* Takes all memory, in a child, out of sight of what AddressSanitizer allows. */
#include <stddef.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
    static void *volatile taken;

    if (fork() == 0) {
        for (;;)
            taken = mmap(NULL, 64 << 20, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    }
    return taken || wait(NULL) < 0;
}
