# A group of bars for each server, a bar for each load:
# gnuplot -e "tsv='…'; svg='…'; loads=4" plot.gp
set terminal svg size 960,420 font "sans-serif,12" background "white"
set output svg
set datafile separator tab
set datafile missing "-"
set style data histogram
set style histogram cluster gap 1
set style fill solid 0.85 noborder
set title "echo: thousand messages per second, by connections x bytes"
set yrange [0:*]
set grid y
set key outside right top autotitle columnhead noenhanced
set xtics noenhanced
plot for [i = 2:loads + 1] tsv using (column(i) / 1000):xtic(1)
