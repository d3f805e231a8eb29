# shellcheck shell=bash
# For tests of what resolves names: load helpers/name_servers
#
#   with_names HOSTS RESOLV_CONF SERVER…   sets $within, so that a program runs in
#       namespaces of its own, where only the loopback is up (127.0.0.0/8, ::1,
#       fe80::1%lo). The first two are the lines of /etc/hosts and /etc/resolv.conf
#       there; the servers are words like 127.0.0.42=answers,127.0.0.3:
#       name_servers.py lists what they can do. Skips the test where there are no
#       such namespaces.

with_names() {
    local flags

    needs_python
    needs_tools ip
    for flags in -nm -rnm ''; do
        [[ -n $flags ]] || skip "no network namespace to be had here"
        ! unshare "$flags" mount --bind /etc/hosts /etc/hosts 2>/dev/null || break
    done
    printf '127.0.0.1 localhost\n%s\n' "$1" >"$BATS_TEST_TMPDIR/hosts"
    printf '%b\n' "$2" >"$BATS_TEST_TMPDIR/resolv.conf"
    within="unshare $flags $python -B $root/02-sockets/tests/helpers/name_servers.py
        $BATS_TEST_TMPDIR ${*:3} --"
}
