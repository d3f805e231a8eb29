# Lines: pool, load (empty or sums), the medians of jobs/s and of the longest gap in
# ms. Prints them and which goals are reached. Variable: tsv, the plot's data.
BEGIN {
    FS = "\t"
    label["threads"] = "thread_pool"
    label["processes"] = "process_pool"
    label["ThreadPool"] = "ThreadPoolExecutor"
    label["ProcessPool"] = "ProcessPoolExecutor"
}
{ rate[$1, $2] = $3 + 0; gap[$1, $2] = $4 + 0 }

# One line: ours is to hand over five times as many empty jobs as Python's.
function reach(ours, theirs,   q) {
    q = rate[theirs, "empty"] ? rate[ours, "empty"] / rate[theirs, "empty"] : 0
    printf "%-12s %-44s %6.1f of 5.0\n", (q >= 5 ? "reached" : "not reached"), \
        label[ours] " / " label[theirs] ": empty jobs", q
}

# The heartbeat while it computes; the goal holds on an idle machine.
function calm(ours) {
    printf "%-12s %-44s %6.1f of 50.0\n", \
        (gap[ours, "sums"] != "" && gap[ours, "sums"] < 50 ? "reached" : "not reached"), \
        label[ours] ": gap under sums, ms", gap[ours, "sums"]
}

END {
    print ""
    printf "%-20s %14s %12s %10s %14s %10s\n", "", "empty jobs/s", "us a job", "gap ms", "sums/s", "gap ms"
    print "pool\tempty\tsums\tgap" > tsv
    split("threads processes ThreadPool ProcessPool", order, " ")
    for (i = 1; i <= 4; i++) {
        p = order[i]
        e = rate[p, "empty"]
        printf "%-20s %14.0f %12.2f %10.1f %14.1f %10.1f\n", label[p], e, e ? 1e6 / e : 0, \
            gap[p, "empty"], rate[p, "sums"], gap[p, "sums"]
        printf "%s\t%.0f\t%.1f\t%.1f\n", label[p], e, rate[p, "sums"], gap[p, "sums"] > tsv
    }
    close(tsv)
    print ""
    reach("threads", "ThreadPool")
    reach("processes", "ProcessPool")
    calm("threads")
    calm("processes")
}
