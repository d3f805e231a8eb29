/* Prints the filter that scripts/grading/sandbox.bash hands to bwrap --seccomp: a BPF
 * program that refuses what no answer needs, because it reaches out of a sandbox or
 * takes memory that is nobody's:
 *
 *   the keyrings of the user who grades    memory that belongs to no process: SysV
 *   sockets other than Unix, IP, netlink   IPC, memfd
 *   io_uring, which no filter sees into    choosing a processor (bounds.bash chooses)
 *   bpf, perf, userfaultfd                 prctl(PR_SET_DUMPABLE), which hides descriptors
 *
 * Programs of another architecture are killed: their numbers mean something else.
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#else
#error "scripts/grading/filter.c: add this machine's AUDIT_ARCH_..."
#endif

static const uint32_t refused[] = {
    SYS_add_key,
    SYS_request_key,
    SYS_keyctl,
    SYS_io_uring_setup,
    SYS_io_uring_enter,
    SYS_io_uring_register,
    SYS_shmget,
    SYS_msgget,
    SYS_semget,
    SYS_memfd_create,
    SYS_userfaultfd,
    SYS_mq_open,
    SYS_bpf,
    SYS_perf_event_open,
    SYS_sched_setaffinity,
    SYS_sched_setattr,
    SYS_sched_setscheduler,
#ifdef SYS_memfd_secret
    SYS_memfd_secret,
#endif
};
static const uint32_t families[] = {AF_UNIX, AF_INET, AF_INET6, AF_NETLINK};

static void put(uint16_t code, uint32_t k, uint8_t yes, uint8_t no)
{
    struct sock_filter instruction = {code, yes, no, k};

    (void)fwrite(&instruction, sizeof instruction, 1, stdout);
}

static void load(size_t offset)
{
    put(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, 0, 0);
}

static void put_return(uint32_t what)
{
    put(BPF_RET | BPF_K, what, 0, 0);
}

/* Refuses with this error if what was loaded is (or is not) that number. */
static void refuse_if(uint32_t number, uint32_t error)
{
    put(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1);
    put_return(SECCOMP_RET_ERRNO | error);
}

int main(void)
{
    const uint8_t count = sizeof families / sizeof *families;

    load(offsetof(struct seccomp_data, arch));
    put(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0);
    put_return(SECCOMP_RET_KILL_PROCESS);
    load(offsetof(struct seccomp_data, nr));
    /* x86-64 has the same calls again from this number on. */
    put(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1);
    put_return(SECCOMP_RET_ERRNO | ENOSYS);
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        refuse_if(refused[i], ENOSYS);
    put(BPF_JMP | BPF_JEQ | BPF_K, SYS_prctl, 0, 6);
    load(offsetof(struct seccomp_data, args));
    put(BPF_JMP | BPF_JEQ | BPF_K, PR_SET_DUMPABLE, 0, 3);
    load(offsetof(struct seccomp_data, args[1]));
    refuse_if(0, EPERM); /* bwrap sets it to 1 */
    load(offsetof(struct seccomp_data, nr));
    put(BPF_JMP | BPF_JEQ | BPF_K, SYS_socketpair, 1, 0);
    put(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, (uint8_t)(count + 2));
    load(offsetof(struct seccomp_data,
                  args)); /* its lower half: little-endian */
    for (uint8_t i = 0; i < count; i++)
        put(BPF_JMP | BPF_JEQ | BPF_K, families[i], (uint8_t)(count - i), 0);
    put_return(SECCOMP_RET_ERRNO | EAFNOSUPPORT);
    put_return(SECCOMP_RET_ALLOW);
    return fflush(stdout) == 0 ? 0 : 1;
}
