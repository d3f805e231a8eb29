# shellcheck shell=bash
# What the checks of one answer found, to be sourced from the workbook's root after
# exercises.bash. The TAP stream alone is not believed.

# bound_tap: passes TAP on; of what is said in it, the first 200 kB.
bound_tap() {
    LC_ALL=C awk '(said += length + 1) < 200000 || /^(1\.\.|ok |not ok )/'
}

# verdict TAP STATUS BATS: prints passed or failed. Prints broken if something else than
# these checks has written the results, or if they were cut off: the results must be
# those of the checks, by name, each once, in order, and agree with the exit status of
# bats.
verdict() {
    local LC_ALL=C names results line i failed=0

    mapfile -t names < <(exercise_tests "$3")
    mapfile -t results < <(grep -aE '^(1\.\.|ok |not ok )' "$1")
    [[ ${results[0]-} == "1..${#names[@]}" ]] || names=()
    for i in "${!names[@]}"; do
        line=${results[i + 1]-}
        [[ $line != "not "* ]] || failed=1
        line=${line#not }
        [[ "$line # skip" == "ok $((i + 1)) ${names[i]-} # skip"* ]] || names=()
    done
    if ((${#names[@]} == 0 || ${#results[@]} != ${#names[@]} + 1)) || [[ $2 != "$failed" ]]; then
        echo broken
    elif ((failed)); then
        echo failed
    else
        echo passed
    fi
}
