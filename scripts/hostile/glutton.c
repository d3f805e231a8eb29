/* Takes all memory, in a child, out of sight of what AddressSanitizer allows. */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
    if (fork() == 0) {
        for (;;) {
            void *p = mmap(NULL, 64 << 20, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
            if (p != MAP_FAILED)
                memset(p, 1, 64 << 20);
        }
    }
    return wait(NULL) < 0;
}
