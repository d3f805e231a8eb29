# shellcheck shell=bash
# How the sanitizers in a learner's program behave, in the checks and in make try.
#
# An error ends the program with SIGABRT; its report goes to a file of its own, so
# that stderr holds only what the learner's program prints. A leak does not change
# the exit status.
export ASAN_OPTIONS=abort_on_error=1:handle_abort=1:exitcode=0
ASAN_OPTIONS+=:detect_stack_use_after_return=1:fast_unwind_on_malloc=0
ASAN_OPTIONS+=:hard_rss_limit_mb=512:quarantine_size_mb=2
# Said though they are the defaults: what is not said an answer can set itself.
ASAN_OPTIONS+=:detect_leaks=1:leak_check_at_exit=1:suppressions=
ASAN_OPTIONS+=:print_summary=0:color=never
# Freed memory is overwritten, so that libevent, which is not instrumented,
# crashes where it would use such memory.
ASAN_OPTIONS+=:max_free_fill_size=4096
export UBSAN_OPTIONS=abort_on_error=1:print_stacktrace=1
