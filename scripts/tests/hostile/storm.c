/* Makes as many processes as it can, none of which heeds a signal;
 * each child says x.
 */
#include <signal.h>
#include <unistd.h>

int main(void)
{
    pid_t child;

    for (int s = 1; s < 32; s++)
        (void)signal(s, SIG_IGN);
    while ((child = fork()) >= 0)
        if (child == 0)
            (void)!write(STDOUT_FILENO, "x", 1);
    for (;;)
        (void)pause();
}
