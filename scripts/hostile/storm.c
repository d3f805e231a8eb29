/* Makes as many processes as it can, none of which heeds a signal. */
#include <signal.h>
#include <unistd.h>

int main(void)
{
    for (int s = 1; s < 32; s++)
        (void)signal(s, SIG_IGN);
    while (fork() >= 0) {
    }
    for (;;)
        (void)pause();
}
