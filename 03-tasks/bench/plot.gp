# A line for each peer, over the number of tasks:
# gnuplot -e "tsv='…'; svg='…'; peers='many asyncio'" plot.gp
set terminal svg size 960,420 font "sans-serif,12" background "white"
set output svg
set datafile separator tab
set logscale xy
set format "10^{%T}"
set grid
set xlabel "tasks"
set yrange [1e4:1e9]
set key top right noenhanced
set style data linespoints
set multiplot layout 1,2
set title "timers per second"
plot for [i=0:words(peers)-1] tsv index i using 2:4 pointtype 7 title word(peers, i+1)
set title "switches per second"
plot for [i=0:words(peers)-1] tsv index i using 2:5 pointtype 7 title word(peers, i+1)
unset multiplot
