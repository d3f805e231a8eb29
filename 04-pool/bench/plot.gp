# Left: queries a second by connections; right: the wait as workers grow.
# gnuplot -e "out='build/bench/04-pool'" plot.gp
set terminal svg size 960,420 font "sans-serif,12" background "white"
set output out.".svg"
set datafile separator tab
set datafile missing "-"
set multiplot layout 1,2
set grid y
set style fill solid 0.85 noborder
set style data histogram
set style histogram cluster gap 1
set title "thousand queries per second, by connections"
set yrange [0:*]
set key inside left top noenhanced
set xtics noenhanced rotate by -20
plot for [i = 2:4] out.".rates.tsv" using (column(i) / 1000):xtic(1) title columnhead(i)
set title "ms until one of 10 connections is free (median, 99 %)"
set style data linespoints
set logscale xy
set yrange [*:*]
set xtics norotate ("5" 5, "10" 10, "20" 20, "50" 50, "100" 100, "200" 200)
set xlabel "workers"
waits(name, field) = sprintf("< awk -F '\t' '$1 == \"%s\" && $%d > 0' %s.waits.tsv", name, field, out)
plot for [name in "pool tasks aiomysql"] waits(name, 3) using 2:3 title name, \
    for [name in "pool tasks aiomysql"] waits(name, 4) using 2:4 dashtype 2 title name.", 99 %"
unset multiplot
