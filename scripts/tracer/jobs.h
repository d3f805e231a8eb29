/* jobs — what happens to the jobs of 05-pitfalls/modules/job.h. */
#ifndef JOBS_H
#define JOBS_H

/* Has the program's pools report what happens to their jobs, if it has any. Call
 * it once, before main. */
void jobs_watch(void);

#endif
