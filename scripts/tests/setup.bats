#!/usr/bin/env bats
# scripts/setup: what it says. That it installs is shown in a bare Debian tree.

load ../lib/test_helper

plain_build_only=yes

# machine_without NAME…: a bin directory that has what setup calls, but these.
machine_without() {
    bin=$BATS_TEST_TMPDIR/bin
    mkdir -p "$bin"
    for tool in bash sed env cat "$@"; do
        ln -sf "$(command -v "$tool")" "$bin/$tool"
    done
}

@test "setup: where nothing is missing it says so, exit 0" {
    run scripts/setup
    assert_success
    assert_output "Everything is there; nothing to install."
    run scripts/setup --check
    assert_success
    assert_output ""
}

@test "setup --check: lists what is missing, installs nothing, exit 1" {
    machine_without
    PATH=$bin run scripts/setup --check
    assert_failure 1
    assert_output --regexp "^Missing on this machine: .*make gcc"
    assert_output --partial "bats"
    refute_output --partial "clang-tidy"
    assert_line --index 1 --regexp "scripts/setup$"
    PATH=$bin run scripts/setup --check dev
    assert_output --partial "clang-tidy"
}

@test "setup: without apt-get it lists what is missing, exit 1" {
    machine_without
    PATH=$bin run scripts/setup
    assert_failure 1
    assert_line --index 0 --regexp "^Missing: .*libevent-dev"
    assert_output --partial "no apt-get"
}

@test "setup: neither root nor sudo: lists what is missing, exit 1" {
    [[ $EUID == 0 ]] || skip "needs root, to become nobody"
    machine_without apt-get
    # Where nobody may go: bats' own directory is root's.
    open=$(mktemp -d)
    cp -r "$bin" scripts/setup "$open"
    chmod 755 "$open"
    run setpriv --reuid 65534 --regid 65534 --clear-groups \
        env PATH="$open/bin" "$open/setup"
    rm -rf "$open"
    assert_failure 1
    assert_output --partial "Not root, and no sudo"
}

@test "setup: a package that is optional is installed if there is one, and never missing" {
    [[ $EUID == 0 ]] || skip "needs root, to install"
    machine_without
    printf '#!/bin/bash\necho "$@" >>"%s/asked"\n[[ "$*" != *similarity* ]]\n' \
        "$BATS_TEST_TMPDIR" >"$bin/apt-get"
    chmod +x "$bin/apt-get"
    PATH=$bin run scripts/setup
    assert_line "Without similarity-tester, which is optional."
    refute_line --regexp "[Mm]issing.*similarity"
    run cat "$BATS_TEST_TMPDIR/asked"
    assert_line --index 1 --regexp "^install .* bats "
    assert_line --index 2 "install -q -y --no-install-recommends similarity-tester"
}

@test "setup: an unknown argument is wrong usage" {
    run scripts/setup --everything
    assert_failure 2
    assert_output --partial "usage: scripts/setup"
    run scripts/setup --help
    assert_success
    assert_output --partial "scripts/setup --dev"
}

@test "setup: the dev container is a Debian, and begins with a command that exists" {
    run /usr/bin/python3 -c 'import json, sys
of = json.load(open(sys.argv[1]))
print(of["image"], of["postCreateCommand"], of["containerEnv"]["LANG"])' \
        .devcontainer/devcontainer.json
    assert_success
    read -r image command lang <<<"$output"
    [[ $image == debian:1[2-9] ]] || fail "scripts/setup does not know $image"
    [[ -x ${command%% *} ]] || fail "$command: there is no such command"
    locale -a | grep -qix "${lang/-/}" || fail "$lang: there is no such locale"
}

@test "setup: clang's sanitizers are looked for in clang's own directory, of any version" {
    local resources=$BATS_TEST_TMPDIR/lib/clang/99

    bin=$BATS_TEST_TMPDIR/bin
    mkdir -p "$bin"
    printf '#!/bin/sh\necho "%s"\n' "$resources" >"$bin/clang"
    chmod +x "$bin/clang"
    PATH=$bin:$PATH run scripts/setup --check dev
    assert_line --index 0 --regexp "^Missing on this machine:.* libclang-rt-dev"
    mkdir -p "$resources/lib/linux"
    touch "$resources/lib/linux/libclang_rt.asan-x86_64.a"
    PATH=$bin:$PATH run scripts/setup --check dev
    refute_output --partial "libclang-rt-dev"
}

@test "setup: a bats or bubblewrap that is too old is named, and what is needed" {
    bin=$BATS_TEST_TMPDIR/bin
    mkdir -p "$bin"
    for tool in "bats:Bats 1.2.1" "bwrap:bubblewrap 0.6.1"; do
        printf '#!/bin/sh\necho "%s"\n' "${tool#*:}" >"$bin/${tool%%:*}"
    done
    chmod +x "$bin"/*
    PATH=$bin:$PATH run scripts/setup --check
    assert_failure 1
    assert_line --index 0 --regexp "^Missing on this machine: +bats bubblewrap$"
    assert_line "Bats 1.2.1 is too old: 1.5 or later is needed (Debian 12, Ubuntu 24.04)"
    assert_line "bubblewrap 0.6.1 is too old: 0.8 or later is needed (Debian 12, Ubuntu 24.04)"
    for version in 1.5.0 1.10.0 2.0; do
        printf '#!/bin/sh\necho "Bats %s"\n' "$version" >"$bin/bats"
        PATH=$bin:$PATH run scripts/setup --check
        refute_output --partial bats
    done
    PATH=$bin:$PATH run scripts/setup --check build
    assert_success
}
