# A line for each peer, over the number of tasks:
# gnuplot -e "tsv='…'; svg='…'" plot.gp
set terminal svg size 960,420 font "sans-serif,12" background "white"
set output svg
set datafile separator tab
set multiplot layout 1,2
set logscale xy
set format "10^{%T}"
set grid
set xlabel "tasks"
set yrange [1e4:1e9]
set key top right noenhanced
set style data linespoints
stats tsv using 2 nooutput
do for [c = 4:5] {
    set title c == 4 ? "timers per second" : "switches per second"
    plot for [i = 0:STATS_blocks - 1] tsv index i using 2:(column(c)) \
        pointtype 7 title word("many asyncio uvloop", i + 1)
}
unset multiplot
