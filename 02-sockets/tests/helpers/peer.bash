# shellcheck shell=bash
# For the tests of servers: load peer
#
#   peer [-t SECONDS] CODE [ARGUMENT…]   Python that plays the peers of the
#       server that was started: sys.argv[1] is its port, pid its process, patience
#       what a second is multiplied with on a slow build; sets
#       $status $output $stderr as run does
#   skip_if_not_permitted    after one that uses server_end
#   descriptors_are N    how many the server has open, for wait_until

peer() {
    local limit=30 code

    if [[ $1 == -t ]]; then
        limit=$2
        shift 2
    fi
    code=$1
    shift
    needs_python
    run --separate-stderr timeout -s KILL $((limit * slow)) "$python" -c "
import os, resource, signal, socket, struct, sys, time
port, pid, patience = int(sys.argv[1]), $server_pid, $slow
def connect(host='127.0.0.1'):
    s = socket.create_connection((host, port))
    s.settimeout(20 * patience)
    return s
def read_all(s):
    data = bytearray()
    while part := s.recv(65536):
        data += part
    return bytes(data)
def read_exactly(s, size):
    data = bytearray()
    while len(data) < size and (part := s.recv(min(65536, size - len(data)))):
        data += part
    return bytes(data)
def reset(s):
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
    s.close()
# Sends, and reads nothing, until for half a second nothing more is taken.
def flood(s):
    pattern = bytes(range(251)) * 261 * 2
    sent = bytearray()
    s.setblocking(False)
    stuck = time.monotonic() + 0.5 * patience
    while time.monotonic() < stuck:
        try:
            n = s.send(pattern[len(sent) % 251:][:65536])
            sent += pattern[len(sent) % 251:][:n]
            stuck = time.monotonic() + 0.5 * patience
        except BlockingIOError:
            time.sleep(0.01)
    s.settimeout(20 * patience)
    return bytes(sent)
# Bytes in the kernel's queues of a socket, not yet confirmed and not yet read.
def queues(own, other):
    for line in open('/proc/net/tcp').readlines()[1:]:
        fields = line.split()
        if [int(a.split(':')[1], 16) for a in fields[1:3]] == [own, other]:
            return [int(n, 16) for n in fields[4].split(':')]
# A copy of the server's own descriptor of a connection, once it has accepted it.
def server_end(s):
    import ctypes
    libc, process = ctypes.CDLL(None, use_errno=True), os.pidfd_open(pid)
    end = time.monotonic() + 20 * patience
    while time.monotonic() < end:
        for number in os.listdir(f'/proc/{pid}/fd'):
            fd = libc.syscall(438, process, int(number), 0)  # pidfd_getfd
            if fd < 0 and ctypes.get_errno() != 9:  # EBADF: it is closed by now
                sys.exit('pidfd_getfd: ' + os.strerror(ctypes.get_errno()))
            try:
                theirs = socket.socket(fileno=fd)
                if theirs.getpeername() == s.getsockname(): return theirs
            except OSError: pass
        time.sleep(0.01)
    sys.exit('the server has no such connection')
# Sends bit by bit until the kernel is full and the server owes some of it, less
# than makes it stop reading.
def flood_a_little(s):
    import fcntl
    def queue(end, what): return struct.unpack('i', fcntl.ioctl(end, what, b'....'))[0]
    with server_end(s) as theirs:
        def written():  # by the server: confirmed (tcpi_bytes_acked), and not yet (SIOCOUTQ)
            info = theirs.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 136)
            return struct.unpack_from('Q', info, 120)[0] + queue(theirs, 0x5411)
        sent, start = bytearray(), written()
        while True:
            sent += (bit := bytes([len(sent) // 30000 % 251]) * 30000)
            s.sendall(bit)
            before, now = None, written()
            while now != before or queue(s, 0x5411) or queue(theirs, 0x541b):  # or FIONREAD
                time.sleep(0.002 * patience)
                before, now = now, written()
            if len(sent) > now - start:
                return bytes(sent)
def memory():
    with open(f'/proc/{pid}/status') as status:
        return next(int(l.split()[1]) for l in status if l.startswith('VmRSS'))
def cpu_seconds():
    fields = open(f'/proc/{pid}/stat').read().rsplit(')')[1].split()
    return sum(map(int, fields[11:13])) / os.sysconf('SC_CLK_TCK')
$code" "$port" "$@"
}

# After server_end, for which one must be allowed to look into a process.
skip_if_not_permitted() {
    [[ $stderr != *"pidfd_getfd: Operation not permitted"* ]] || skip "$stderr"
}

descriptors_are() {
    [[ $(descriptors "$server_pid") == "$1" ]]
}
