# Two bars for each pool, on logarithmic scales beside each other:
# gnuplot -e "tsv='…'; svg='…'" plot.gp
set terminal svg size 960,420 font "sans-serif,12" background "white"
set output svg
set datafile separator tab
set style data histogram
set style fill solid 0.85 noborder
set boxwidth 0.7
set grid y
set logscale y
set xtics noenhanced rotate by -20
unset key
set multiplot layout 1,2
set title "empty jobs per second"
set yrange [1000:*]
plot tsv using 2:xtic(1) every ::1
set title "longest gap of a 10 ms heartbeat while it computes, ms"
set yrange [1:*]
plot tsv using 4:xtic(1) every ::1
unset multiplot
