# Lines: round, pool, load (empty or sums), jobs/s, the longest gap in ms. Prints
# the medians and what of the goals is reached. Variable: tsv, the plot's data.
BEGIN {
    FS = "\t"
    label["threads"] = "thread_pool"
    label["processes"] = "process_pool"
    label["ThreadPool"] = "ThreadPoolExecutor"
    label["ProcessPool"] = "ProcessPoolExecutor"
}
!($2 in known) { known[$2] = 1; pool[++pools] = $2 }
{ n = ++count[$2, $3]; rate[$2, $3, n] = $4; gap[$2, $3, n] = $5 }

# The median of what is in values under a pool and a load; sorts it.
function median(values, p, l,   n, i, j, swap) {
    n = count[p, l] + 0
    for (i = 2; i <= n; i++)
        for (j = i; j > 1 && values[p, l, j] + 0 < values[p, l, j - 1] + 0; j--) {
            swap = values[p, l, j]
            values[p, l, j] = values[p, l, j - 1]
            values[p, l, j - 1] = swap
        }
    if (n == 0) return 0
    return n % 2 ? values[p, l, (n + 1) / 2] : (values[p, l, n / 2] + values[p, l, n / 2 + 1]) / 2
}

# One line: ours is to hand over five times as many empty jobs as Python's.
function reach(ours, theirs,   q) {
    q = middle[theirs, "empty"] ? middle[ours, "empty"] / middle[theirs, "empty"] : 0
    printf "%-12s %-44s %6.1f of 5.0\n", (q >= 5 ? "reached" : "not reached"), \
        label[ours] " / " label[theirs] ": empty jobs", q
}

# The heartbeat while it computes; the goal holds on an idle machine.
function calm(ours,   longest) {
    longest = median(gap, ours, "sums")
    printf "%-12s %-44s %6.1f of 50.0\n", \
        (count[ours, "sums"] && longest < 50 ? "reached" : "not reached"), \
        label[ours] ": gap under sums, ms", longest
}

END {
    print ""
    printf "%-20s %14s %12s %10s %14s %10s\n", "", "empty jobs/s", "us a job", "gap ms", "sums/s", "gap ms"
    print "pool\tempty\tsums\tgap" > tsv
    split("threads processes ThreadPool ProcessPool", order, " ")
    for (i = 1; i <= 4; i++) {
        p = order[i]
        e = middle[p, "empty"] = median(rate, p, "empty")
        s = median(rate, p, "sums")
        printf "%-20s %14.0f %12.2f %10.1f %14.1f %10.1f\n", label[p], e, e ? 1e6 / e : 0, \
            median(gap, p, "empty"), s, median(gap, p, "sums")
        printf "%s\t%.0f\t%.1f\t%.1f\n", label[p], e, s, median(gap, p, "sums") > tsv
    }
    close(tsv)
    print ""
    reach("threads", "ThreadPool")
    reach("processes", "ProcessPool")
    calm("threads")
    calm("processes")
}
