# Two inputs; the variable "from" names the current one:
#   medians  peer, tasks, the medians of bytes, timers/s and switches/s, then the
#            lowest and highest switches/s and the number of rounds
#   rounds   round, peer, tasks, bytes a task, timers/s, switches/s
# Variable: tsv.
BEGIN { FS = "\t" }
from == "medians" {
    bytes[$1, $2] = $3 + 0
    timers[$1, $2] = $4 + 0
    switches[$1, $2] = $5 + 0
    low[$1, $2] = $6
    high[$1, $2] = $7
    rounds[$1, $2] = $8
}
from == "rounds" {
    if (!(("n", $3) in known)) { known["n", $3] = 1; level[++levels] = $3 }
    if (!(("p", $2) in known)) { known["p", $2] = 1; peer[++peers] = $2 }
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

function ratio(median, p, n) {
    return median[p, n] ? sprintf("%.1f", median["many", n] / median[p, n]) : "-"
}

END {
    printf "%-9s %-9s %12s %12s %14s %23s %7s\n", "peer", "tasks", "bytes/task", "timers/s",
        "switches/s", "lowest - highest", "rounds"
    printf "# peer\ttasks\tbytes\ttimers\tswitches\n" > tsv
    for (p = 1; p <= peers; p++) {
        for (i = 1; i <= levels; i++) {
            n = level[i]
            key = peer[p] SUBSEP n
            if (!rounds[key]) continue
            printf "%-9s %-9s %12s %12s %14s %11s-%-11s %7d\n", peer[p], grouped(n),
                grouped(bytes[key]), grouped(timers[key]), grouped(switches[key]),
                grouped(low[key]), grouped(high[key]), rounds[key]
            printf "%s\t%s\t%s\t%s\t%s\n", peer[p], n, bytes[key], timers[key],
                switches[key] > tsv
        }
        if (p < peers) printf "\n\n" > tsv # gnuplot's sign for the next data set
        print ""
    }
    close(tsv)
    for (i = 1; i <= levels; i++) {
        n = level[i]
        for (p = 1; p <= peers; p++) {
            if (peer[p] == "many") continue
            q = ratio(switches, peer[p], n)
            if (q == "-") continue
            what = "switches/s, " grouped(n) " tasks: many / " peer[p]
            if (peer[p] == "asyncio") verdict(q + 0 >= 30, what, q, 30)
            else printf "%-12s %-46s %8s\n", "", what, q
            printf "%-12s %-46s %8s\n", "", "timers/s, the same", ratio(timers, peer[p], n)
        }
    }
    for (i = 1; i <= levels; i++) {
        size = bytes["many", level[i]]
        if (level[i] >= 10000 && size)
            verdict(size <= 160, "bytes a task, " grouped(level[i]) " asleep", grouped(size), 160)
    }
    if (rounds["many", 1000000])
        verdict(1, "a million tasks", "run", "run")
    first = switches["many", level[1]]
    last = switches["many", level[levels]]
    if (levels > 1 && first && last)
        printf "\na switch: %.1f ns with %s tasks, %.1f ns with %s: %.2f times\n", 1e9 / first,
            grouped(level[1]), 1e9 / last, grouped(level[levels]), first / last
    first = timers["many", level[1]]
    last = timers["many", level[levels]]
    if (levels > 1 && first && last)
        printf "a timer:  %.0f ns with %s tasks, %.0f ns with %s: %.2f times\n", 1e9 / first,
            grouped(level[1]), 1e9 / last, grouped(level[levels]), first / last
}
