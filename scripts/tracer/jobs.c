/* jobs.c — what happens to the jobs of 05-pitfalls/modules/job.h: their pools call
 * a hook, which is found in the program's data by its magic words. */
#define _GNU_SOURCE 1
#include "jobs.h"

#include "../../05-pitfalls/modules/job.h"
#include "record.h"
#include <link.h>
#include <stdint.h>
#include <string.h>

static void on_step(const struct job *job, enum job_step step)
{
    record(JOB_STEP, (uint64_t)(uintptr_t)job,
           (uint64_t)(uintptr_t)job->function, step, text_number(job->error), 0,
           0);
}

static int find_hook(struct dl_phdr_info *info, size_t size, void *found)
{
    static const char magic[16] = JOB_HOOK_MAGIC;

    (void)size;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &info->dlpi_phdr[i];
        /* NOLINTNEXTLINE(performance-no-int-to-ptr): the linker's own form */
        char *at = (char *)(info->dlpi_addr + part->p_vaddr);
        const char *end = at + part->p_filesz;

        if (part->p_type != PT_LOAD || !(part->p_flags & PF_W))
            continue;
        for (at += -(uintptr_t)at & 7; at + sizeof(struct job_hook) <= end;
             at += 8) {
            if (memcmp(at, magic, sizeof magic) == 0) {
                *(struct job_hook **)found = (void *)at;
                return 1;
            }
        }
    }
    return 1; /* the first is the program; the others are libraries */
}

void jobs_watch(void)
{
    struct job_hook *hook = NULL;

    dl_iterate_phdr(find_hook, &hook);
    if (hook)
        hook->call = on_step;
}
