#include "job.h"

const char JOB_CANCELLED[] = "the job was cancelled";
const char JOB_STOPPED[] = "the pool was stopped";
const char JOB_DIED[] = "the worker process died";
const char JOB_NO_WORKER[] = "no worker process can be started";
const char JOB_BROKEN[] = "all worker processes have died";
const char JOB_NOT_SENT[] = "no memory to send the job";
const char JOB_WRONG_SIZE[] = "no argument, or one larger than the pool allows";

struct job_hook job_hook = {JOB_HOOK_MAGIC, NULL};
