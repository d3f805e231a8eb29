# shellcheck shell=bash
# A name whose addresses a test changes while a program runs. Needs helpers/peer.
#
#   with_hosts    sets $within, so that a program has an /etc/hosts of its own;
#                 skips the test where it cannot have one
#   hosts=…       shell commands for the driver `statements`: "$hosts 127.0.0.1 ::1"
#                 gives db.internal these addresses
#
# A server listens on 127.0.0.1; on 127.0.0.21 and ::1 there is none.

with_hosts() {
    local flags

    for flags in -m -rm ''; do
        [[ -n $flags ]] || skip "no mount namespace to be had here"
        ! unshare "$flags" mount --bind /etc/hosts /etc/hosts 2>/dev/null || break
    done
    cat >"$BATS_TEST_TMPDIR/run" <<END
#!/bin/sh
mount --bind $BATS_TEST_TMPDIR/hosts /etc/hosts && exec "\$@"
END
    cat >"$BATS_TEST_TMPDIR/name" <<END
#!/bin/sh
for address in "\$@"; do echo "\$address db.internal"; done >$BATS_TEST_TMPDIR/hosts
END
    chmod +x "$BATS_TEST_TMPDIR/run" "$BATS_TEST_TMPDIR/name"
    echo '127.0.0.1 db.internal' >"$BATS_TEST_TMPDIR/hosts"
    within="unshare $flags $BATS_TEST_TMPDIR/run"
    hosts="!$BATS_TEST_TMPDIR/name"
    export MYSQL_HOST=db.internal
}
