/* Takes memory where no process has it: in the buffers of pipes. */
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
    static const char data[1 << 16];
    int ends[2], child = 1;

    for (int i = 0; i < 100 && child > 0; i++)
        child = fork();
    while (child == 0 && pipe(ends) == 0) {
        (void)fcntl(ends[1], F_SETFL, O_NONBLOCK);
        (void)!write(ends[1], data, sizeof data);
    }
    for (;;)
        (void)pause();
}
