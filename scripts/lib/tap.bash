# shellcheck shell=bash
# The one reader of what bats prints with --formatter tap.
#
#   tap_read <FILE     sets for each test i, from 1 on, in the order of the results:
#     tap_result[i]      ok, failed or skipped
#     tap_name[i]        its name
#     tap_reason[i]      why it was skipped
#     tap_said[i]        its diagnostic lines, without their "# ", each ended by a
#                        newline; tap_said[0] has those before the first result
#   and counts them in tap_passed, tap_failed and tap_skipped. tap_planned is the
#   number in the plan, tap_lost the number of planned tests without a result.
#
# It starts no process: make practice reads all results on every save.

tap_read() {
    local LC_ALL=C lines line i=0 # bytes: programs may print anything

    tap_result=() tap_name=() tap_reason=() tap_said=('')
    tap_planned=0 tap_passed=0 tap_failed=0 tap_skipped=0
    mapfile -t lines
    for line in "${lines[@]}"; do
        case $line in
            "# "*)
                tap_said[i]+=${line#"# "}$'\n'
                continue
                ;;
            1..*)
                [[ ${line#1..} != +([0-9]) ]] || tap_planned=${line#1..}
                continue
                ;;
            "ok "*" # skip"*)
                tap_result[++i]=skipped
                tap_reason[i]=${line##*" # skip"}
                tap_reason[i]=${tap_reason[i]# }
                line=${line%%" # skip"*}
                tap_skipped=$((tap_skipped + 1))
                ;;
            "ok "*)
                tap_result[++i]=ok
                tap_passed=$((tap_passed + 1))
                ;;
            "not ok "*)
                tap_result[++i]=failed
                tap_failed=$((tap_failed + 1))
                ;;
            *) continue ;;
        esac
        line=${line#not } line=${line#ok }
        [[ ${line%% *} != +([0-9]) ]] || line=${line#* }
        tap_name[i]=$line tap_said[i]=''
    done
    tap_lost=$((tap_planned - tap_passed - tap_failed - tap_skipped))
    ((tap_lost >= 0)) || tap_lost=0
}
