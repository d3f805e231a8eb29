/* descriptors.h — how many descriptors this process has open. For drivers. */
#ifndef DESCRIPTORS_H
#define DESCRIPTORS_H

#include <dirent.h>
#include <stddef.h>

/* Returns entries of a directory, that of itself included: good for comparing. */
static int count_descriptors(void)
{
    DIR *all = opendir("/proc/self/fd");
    int count = 0;

    while (all && readdir(all))
        count++;
    if (all)
        closedir(all);
    return count;
}

#endif
