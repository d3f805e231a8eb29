# Round, peer, tasks, bytes a task, timers/s, switches/s. Variable: tsv.
BEGIN { FS = "\t" }
{
    key = $2 SUBSEP $3
    if (!(key in rounds) && !(("n", $3) in known)) { known["n", $3] = 1; level[++levels] = $3 }
    if (!(("p", $2) in known)) { known["p", $2] = 1; peer[++peers] = $2 }
    rounds[key]++
    for (column = 4; column <= 6; column++) cell[column, key, rounds[key]] = $column
}

# The median of a column for a peer at a level, 0 if there is none; the lowest
# and the highest are left in low and high.
function median(column, p, n,   key, count, i, j, swap, all) {
    key = p SUBSEP n
    count = rounds[key] + 0
    if (!count) return 0
    for (i = 1; i <= count; i++) all[i] = cell[column, key, i] + 0
    for (i = 2; i <= count; i++)
        for (j = i; j > 1 && all[j] < all[j - 1]; j--) {
            swap = all[j]; all[j] = all[j - 1]; all[j - 1] = swap
        }
    low = all[1]
    high = all[count]
    return count % 2 ? all[(count + 1) / 2] : (all[count / 2] + all[count / 2 + 1]) / 2
}

# 1234567 as 1,234,567
function grouped(x,   text) {
    text = sprintf("%.0f", x)
    while (match(text, /^[0-9]+[0-9][0-9][0-9]($|,)/))
        text = substr(text, 1, match(text, /[0-9][0-9][0-9]($|,)/) - 1) "," substr(text, RSTART)
    return text
}

function verdict(good, what, value, wanted) {
    printf "%-12s %-46s %8s of %s\n", good ? "reached" : "not reached", what, value, wanted
}

function ratio(column, p, n,   other) {
    other = median(column, p, n)
    return other ? sprintf("%.1f", median(column, "many", n) / other) : "-"
}

END {
    printf "%-9s %-9s %12s %12s %14s %23s %7s\n", "peer", "tasks", "bytes/task", "timers/s",
        "switches/s", "lowest - highest", "rounds"
    printf "# peer\ttasks\tbytes\ttimers\tswitches\n" > tsv
    for (p = 1; p <= peers; p++) {
        for (i = 1; i <= levels; i++) {
            n = level[i]
            if (!rounds[peer[p], n]) continue
            bytes = median(4, peer[p], n)
            timers = median(5, peer[p], n)
            switches = median(6, peer[p], n)
            printf "%-9s %-9s %12s %12s %14s %11s-%-11s %7d\n", peer[p], grouped(n), grouped(bytes),
                grouped(timers), grouped(switches), grouped(low), grouped(high), rounds[peer[p], n]
            printf "%s\t%s\t%s\t%s\t%s\n", peer[p], n, bytes, timers, switches > tsv
        }
        if (p < peers) printf "\n\n" > tsv # gnuplot's sign for the next data set
        print ""
    }
    close(tsv)
    for (i = 1; i <= levels; i++) {
        n = level[i]
        for (p = 1; p <= peers; p++) {
            if (peer[p] == "many") continue
            q = ratio(6, peer[p], n)
            if (q == "-") continue
            what = "switches/s, " grouped(n) " tasks: many / " peer[p]
            if (peer[p] == "asyncio") verdict(q + 0 >= 30, what, q, 30)
            else printf "%-12s %-46s %8s\n", "", what, q
            printf "%-12s %-46s %8s\n", "", "timers/s, the same", ratio(5, peer[p], n)
        }
    }
    for (i = 1; i <= levels; i++) {
        bytes = median(4, "many", level[i])
        if (level[i] >= 10000 && bytes)
            verdict(bytes <= 160, "bytes a task, " grouped(level[i]) " asleep", grouped(bytes), 160)
    }
    if (rounds["many", 1000000])
        verdict(1, "a million tasks", "run", "run")
    first = median(6, "many", level[1])
    last = median(6, "many", level[levels])
    if (levels > 1 && first && last)
        printf "\na switch: %.1f ns with %s tasks, %.1f ns with %s: %.2f times\n", 1e9 / first,
            grouped(level[1]), 1e9 / last, grouped(level[levels]), first / last
    first = median(5, "many", level[1])
    last = median(5, "many", level[levels])
    if (levels > 1 && first && last)
        printf "a timer:  %.0f ns with %s tasks, %.0f ns with %s: %.2f times\n", 1e9 / first,
            grouped(level[1]), 1e9 / last, grouped(level[levels]), first / last
}
