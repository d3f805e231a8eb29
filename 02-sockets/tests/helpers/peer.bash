# shellcheck shell=bash
# For the tests of servers, of this chapter and of later ones: load helpers/peer. In
# addition to scripts/lib/peer.bash, CODE gets what server_peer.py offers.
#
#   skip_if_not_permitted    after a peer that used server_end
#   stop_with_input_unread   SIGTERM while an answer is on its way; prints whether
#       the client gets all of it
#   vanish                   peers that are gone when the server writes to them

# shellcheck source=scripts/lib/peer.bash
source "$root/scripts/lib/peer.bash"
peer_module=server_peer
peer_path+=:$root/02-sockets/tests/helpers

# server_end must be allowed to look into another process.
skip_if_not_permitted() {
    [[ $stderr != *"pidfd_getfd: Operation not permitted"* ]] || skip "$stderr"
}

# Half-closed, then reset, while the server sleeps: its first write raises SIGPIPE
# where that is not ignored.
vanish() {
    peer '
os.kill(pid, signal.SIGSTOP)
for i in range(5):
    s = connect()
    s.send(b"hello")
    s.shutdown(socket.SHUT_WR)
    reset(s)
os.kill(pid, signal.SIGCONT)'
}

# The answer is in the kernel's queues, where a reset destroys it; the input that
# is unread would make a close a reset.
stop_with_input_unread() {
    peer '
s = connect(receive_buffer=4096)
s.sendall(b"x" * 200_000)
own = s.getsockname()[1]
while queues(own, port)[0] or queues(port, own)[1]: time.sleep(0.05)
settle()
os.kill(pid, signal.SIGSTOP)
s.sendall(b"y" * 200_000)
os.kill(pid, signal.SIGTERM)
os.kill(pid, signal.SIGCONT)
settle()
got = bytearray()
try:
    while part := s.recv(65536): got += part
except ConnectionResetError: pass
print("all of the answer:", got.count(b"x") == 200_000)'
}
