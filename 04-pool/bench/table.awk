# Input: round, name, connections, workers, queries/s, p50, p99 of the wait.
# Writes the plot's data to out.rates.tsv and out.waits.tsv.
BEGIN {
    FS = OFS = "\t"
    peers = split("pool aiomysql no-pool aiomysql-no-pool", peer, " ")
    label["pool"] = "pool_load"
    label["aiomysql"] = "aiomysql"
    label["no-pool"] = "pool_load --no-pool"
    label["aiomysql-no-pool"] = "aiomysql, no pool"
    split("1 10 50", sizes, " ")
    split("5 10 20 50 100 200", crowds, " ")
}
{
    key = $2 SUBSEP $3 SUBSEP $4
    n[key]++
    for (field = 5; field <= 7; field++) value[key, field, n[key]] = $field
    if ($3 == 10 && $4 == 50) single[$2, $1] = $5
    if ($1 + 0 > rounds) rounds = $1 + 0
}

function key_of(name, connections, workers) {
    return name SUBSEP connections SUBSEP workers
}

function median(key, field,   i, j, swap, m) {
    m = n[key] + 0
    for (i = 2; i <= m; i++)
        for (j = i; j > 1 && value[key, field, j] + 0 < value[key, field, j - 1] + 0; j--) {
            swap = value[key, field, j]
            value[key, field, j] = value[key, field, j - 1]
            value[key, field, j - 1] = swap
        }
    return m ? (value[key, field, int((m + 1) / 2)] + value[key, field, int(m / 2) + 1]) / 2 : 0
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
            rate = median(key_of(peer[p], sizes[i], workers), 5)
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
    for (p = 1; p <= 2; p++) {
        printf "%-22s", label[peer[p]]
        for (i = 1; i <= 6; i++) {
            key = key_of(peer[p], 10, crowds[i])
            printf " %12s", n[key] ? sprintf("%.2f / %.2f", median(key, 6), median(key, 7)) : "-"
            if (n[key]) print peer[p], crowds[i], median(key, 6), median(key, 7) > (out ".waits.tsv")
        }
        print ""
    }
    print "(ms until 10 connections had one free: median / 99 %)"
}

# Single rounds of ours against theirs: how far they lie apart.
function noise(   r, q, low, high) {
    for (r = 1; r <= rounds; r++) {
        if (!single["aiomysql", r] || !single["pool", r]) continue
        q = single["pool", r] / single["aiomysql", r]
        if (!low || q < low) low = q
        if (q > high) high = q
    }
    return sprintf("%.2f-%.2f", low, high)
}

END {
    rates()
    waits()
    if (!at_ten["aiomysql"] || !at_ten["no-pool"]) exit
    ratio = sprintf("%.2f", at_ten["pool"] / at_ten["aiomysql"]) + 0
    printf "\n%-12s pool_load / aiomysql, 10 connections, 50 workers  %.2f of 4.00  (single rounds %s)\n", \
        (ratio >= 4 ? "reached" : "not reached"), ratio, noise()
    printf "%-12s pool_load / pool_load --no-pool, 10 connections     %.2f\n", "", \
        at_ten["pool"] / at_ten["no-pool"]
}
