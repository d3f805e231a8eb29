# One group of bars a load, one bar a server: gnuplot -e "tsv='…'; svg='…'" plot.gp
set terminal svg size 900,420 font "sans-serif,12" background "white"
set output svg
set datafile separator tab
set datafile missing "-"
set style data histogram
set style histogram cluster gap 1
set style fill solid 0.85 noborder
set title "echo: messages per second, by connections × bytes"
set yrange [0:*]
set format y "%.0f k"
set grid y
set key outside right top
loads = system(sprintf("head -n 1 '%s' | cut -f 2- | tr '\\t' '\\n' | grep x", tsv))
rows = system(sprintf("tail -n +2 '%s' | wc -l", tsv)) + 0
name(row) = system(sprintf("sed -n %dp '%s' | cut -f 1 | tr _ -", row + 2, tsv))
value(row, i) = real(system(sprintf("sed -n %dp '%s' | cut -f %d", row + 2, tsv, i + 1)))
set print $data
do for [i = 1:words(loads)] {
    line = word(loads, i)
    do for [row = 0:rows - 1] {
        line = line . sprintf("\t%.3f", value(row, i) / 1000)
    }
    print line
}
unset print
plot for [row = 0:rows - 1] $data using (column(row + 2)):xtic(1) title name(row)
