/* Prints without end, also where SIGXFSZ would stop it. */
#include <signal.h>
#include <stdio.h>

int main(void)
{
    (void)signal(SIGXFSZ, SIG_IGN);
    for (;;)
        (void)puts("not ok, not ok, not ok, not ok, not ok, not ok, not ok");
}
