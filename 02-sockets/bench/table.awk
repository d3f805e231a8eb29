# Three inputs; the variable "from" names the current one:
#   medians  server, load, messages/s: what datamash makes of the rounds
#   rounds   round, server, load, messages/s, µs a message
#   costs    server, system calls a message, KiB a connection
# Variables: loads, idle, tsv.
BEGIN {
    FS = "\t"
    columns = split(loads, load, " ")
    label["again"] = "epoll_server again"
    label["protocol"] = "asyncio Protocol"
    label["uvloop"] = "uvloop Protocol"
    label["streams"] = "asyncio streams"
    label["server"] = "server -k"
    label["echo"] = "echo (03: tasks)"
}
from == "medians" { median[$1, $2] = $3 + 0 }
from == "rounds" {
    single[$2, $3, $1] = $4
    if ($1 + 0 > rounds) rounds = $1 + 0
    if (!($2 in known)) { known[$2] = 1; server[++rows] = $2 }
}
from == "costs" { calls[$1] = $2; kib[$1] = $3 }

# 1234567 as 1,234,567
function grouped(x,   text) {
    text = sprintf("%.0f", x)
    while (match(text, /^[0-9]+[0-9][0-9][0-9]($|,)/))
        text = substr(text, 1, match(text, /[0-9][0-9][0-9]($|,)/) - 1) "," substr(text, RSTART)
    return text
}

function ratio(a, b, l) { return median[b, l] ? median[a, l] / median[b, l] : 0 }

# One line: server a is to have goal times the messages of b, goal1 times at one
# connection; under the loads that match only, where that is given.
function reach(a, b, goal, goal1, only,   i, q, text, wanted, missed, seen) {
    for (i = 1; i <= columns; i++) {
        q = sprintf("%.2f", ratio(a, b, load[i])) + 0
        wanted = load[i] ~ /^1x/ ? goal1 : goal
        if (!q || load[i] !~ only) {
            text = text sprintf(" %12s", q ? q : "-")
        } else {
            seen = 1
            if (q < wanted) missed = 1
            text = text sprintf(" %5.2f of %4.2f", q, wanted)
        }
    }
    if (seen) printf "%-12s %-34s%s\n", verdict(!missed), name(a) " / " name(b), text
}

function verdict(good) { return good ? "reached" : "not reached" }

# epoll_server against itself, in single rounds: the lowest and highest ratio.
function noise(   i, r, q, low, high, text) {
    for (i = 1; i <= columns; i++) {
        low = high = 0
        for (r = 1; r <= rounds; r++) {
            if (!single["epoll_server", load[i], r] || !single["again", load[i], r]) continue
            q = single["again", load[i], r] / single["epoll_server", load[i], r]
            if (!low || q < low) low = q
            if (q > high) high = q
        }
        text = text sprintf(" %16s", high ? sprintf("%.2f-%.2f", low, high) : "-")
    }
    printf "%-19s%s  again / epoll_server in single rounds\n", "noise", text
}

function small(s, most) {
    if (kib[s] ~ /[0-9]/)
        printf "%-12s %-34s %5.2f of %4.2f\n", verdict(kib[s] + 0 <= most), \
            name(s) ": KiB/connection", kib[s], most
}

function name(s) { return s in label ? label[s] : s }

END {
    printf "\n%-19s", ""
    for (i = 1; i <= columns; i++) {
        split(load[i], part, "x")
        printf " %16s", part[1] " × " part[2] " B"
        heads = heads "\t" load[i]
    }
    printf "  %8s  %8s\n", "calls/m", "KiB/conn"
    printf "server%s\tcalls\tKiB\n", heads > tsv
    for (r = 1; r <= rows; r++) {
        s = server[r]
        printf "%-19s", name(s)
        printf "%s", s > tsv
        for (i = 1; i <= columns; i++) {
            q = ratio(s, "epoll_server", load[i])
            printf " %5s %10s", q ? sprintf("%.2f", q) : "-", grouped(median[s, load[i]])
            printf "\t%s", median[s, load[i]] ? median[s, load[i]] : "-" > tsv
        }
        printf "  %8s  %8s\n", s in calls ? calls[s] : "", s in kib ? kib[s] : ""
        printf "\t%s\t%s\n", s in calls ? calls[s] : "-", s in kib ? kib[s] : "-" > tsv
    }
    close(tsv)
    noise()
    print ""
    reach("raw_server", "epoll_server", 0.95, 0.95)
    reach("raw_server", "libuv", 1, 1)
    reach("raw_server", "uvloop", 1.1, 1.05)
    reach("raw_server", "streams", 1.8, 1.2)
    reach("server", "streams", 1.2, 1.05, "x64$")
    reach("echo", "server", 0.85, 0.85)
    small("raw_server", 0.7)
    small("server", 1.4)
    small("echo", 1.8)
}
