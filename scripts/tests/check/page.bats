#!/usr/bin/env bats
# The page that make see writes, in Chromium: ../page/browser.test.mjs.

bats_require_minimum_version 1.5.0
load ../../lib/test_helper
load ../helpers/see

plain_build_only=yes

@test "see's page: works by keys alone, on a desktop and a phone, with 10,000 events" {
    local at=$BATS_TEST_TMPDIR

    needs_tools node npm chromium jq
    cd "$root"
    make -s page
    export runs=$at
    make -s "${build#"$root"/}/tracer.so"
    see_all <<END
blocked_timer -- $build/01-loop/proofs/blocked_timer
tasks -s 1000 -- $build/03-tasks/tasks
starved_timer -- $build/01-loop/proofs/starved_timer
END
    mv "$at/blocked_timer.run.json" "$at/short.run.json"
    mv "$at/starved_timer.run.json" "$at/long.run.json"
    jq '"</script><img src=x onerror=alert(1)>" as $bad | .program.command = [$bad]
        | .sources[] = $bad | .functions[].name = $bad | .attention[].text = $bad
        | .events |= map(if .kind == "output" then .text = $bad else . end)' \
        "$at/short.run.json" >"$at/hostile.run.json"
    scripts/tracer/page.py "$at"/{short,tasks,long,hostile}.run.json
    PAGES=$at MODULES=$build/page run timeout 300 node --test --test-reporter tap \
        scripts/tests/page/browser.test.mjs
    echo "$output" | grep '^# a frame' >&3 || true
    assert_success
    assert_line "# fail 0"
}
