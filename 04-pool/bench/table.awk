# Two inputs; the variable "from" names the current one:
#   medians  name, connections, workers, queries/s, p50, p99 of the wait
#   rounds   the same, after the number of the round
# Writes the plot's data to out.rates.tsv and out.waits.tsv.
BEGIN {
    FS = OFS = "\t"
    peers = split("pool tasks aiomysql no-pool aiomysql-no-pool", peer, " ")
    label["pool"] = "pool_load"
    label["tasks"] = "task_load"
    label["aiomysql"] = "aiomysql"
    label["no-pool"] = "pool_load --no-pool"
    label["aiomysql-no-pool"] = "aiomysql, no pool"
    split("1 10 50", sizes, " ")
    split("5 10 20 50 100 200", crowds, " ")
}
from == "medians" {
    rate_of[$1, $2, $3] = $4 + 0
    p50[$1, $2, $3] = $5 + 0
    p99[$1, $2, $3] = $6 + 0
}
from == "rounds" {
    if ($3 == 10 && $4 == 50) single[$2, $1] = $5
    if ($1 + 0 > rounds) rounds = $1 + 0
}

# 1234567 as 1,234,567
function grouped(x,   text) {
    text = sprintf("%.0f", x)
    while (match(text, /^[0-9]+[0-9][0-9][0-9]($|,)/))
        text = substr(text, 1, match(text, /[0-9][0-9][0-9]($|,)/) - 1) "," substr(text, RSTART)
    return text
}

function rates(   i, p, workers, rate, line) {
    printf "\n%-22s %12s %12s %12s\n", "connections", 1, 10, 50
    print "peer", "1", "10", "50" > (out ".rates.tsv")
    for (p = 1; p <= peers; p++) {
        line = label[peer[p]]
        printf "%-22s", label[peer[p]]
        for (i = 1; i <= 3; i++) {
            workers = peer[p] ~ /no-pool/ ? sizes[i] : 50
            rate = rate_of[peer[p], sizes[i], workers]
            if (sizes[i] == 10) at_ten[peer[p]] = rate
            printf " %12s", rate ? grouped(rate) : "-"
            line = line OFS (rate ? rate : "-")
        }
        print ""
        print line > (out ".rates.tsv")
    }
    print "(50 workers; without a pool as many workers as connections)"
}

function waits(   i, p, key) {
    printf "\n%-22s", "workers"
    for (i = 1; i <= 6; i++) printf " %12s", crowds[i]
    print ""
    for (p = 1; p <= 3; p++) {
        printf "%-22s", label[peer[p]]
        for (i = 1; i <= 6; i++) {
            key = peer[p] SUBSEP 10 SUBSEP crowds[i]
            printf " %12s", key in p50 ? sprintf("%.2f / %.2f", p50[key], p99[key]) : "-"
            if (key in p50) print peer[p], crowds[i], p50[key], p99[key] > (out ".waits.tsv")
        }
        print ""
    }
    print "(ms until 10 connections had one free: median / 99 %)"
}

# Single rounds of one against another: how far they lie apart.
function noise(one, other,   r, q, low, high) {
    for (r = 1; r <= rounds; r++) {
        if (!single[other, r] || !single[one, r]) continue
        q = single[one, r] / single[other, r]
        if (!low || q < low) low = q
        if (q > high) high = q
    }
    return sprintf("%.2f-%.2f", low, high)
}

# goal ONE OTHER LEAST: a line with their ratio.
function goal(one, other, least,   ratio) {
    if (!at_ten[one] || !at_ten[other]) return
    ratio = sprintf("%.2f", at_ten[one] / at_ten[other]) + 0
    printf "%-12s %-50s %.2f of %.2f  (single rounds %s)\n", \
        (ratio >= least ? "reached" : "not reached"), \
        label[one] " / " label[other] ", 10 connections, 50 workers", ratio, least, \
        noise(one, other)
}

END {
    rates()
    waits()
    print ""
    goal("pool", "aiomysql", 4)
    goal("tasks", "pool", 0.9)
    if (at_ten["pool"] && at_ten["no-pool"])
        printf "%-12s %-50s %.2f\n", "", "pool_load / pool_load --no-pool, 10 connections", \
            at_ten["pool"] / at_ten["no-pool"]
}
