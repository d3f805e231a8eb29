# shellcheck shell=bash
# For the tests of servers: load helpers/peer. In addition to scripts/lib/peer.bash,
# CODE gets what server_peer.py offers.
#
#   skip_if_not_permitted    after a peer that used server_end

# shellcheck source=scripts/lib/peer.bash
source "$root/scripts/lib/peer.bash"
peer_module=server_peer

# server_end must be allowed to look into another process.
skip_if_not_permitted() {
    [[ $stderr != *"pidfd_getfd: Operation not permitted"* ]] || skip "$stderr"
}
