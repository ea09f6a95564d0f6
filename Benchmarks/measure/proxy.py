"""What the agent's proxy costs, and how exact its toxics are."""

import contextlib
import json
import multiprocessing
import resource
import shutil
import socket
import statistics
import subprocess
import time

from .memory import resident_kilobytes
from .programs import Row

ROUNDS = 7
SECONDS = 1.5
CONNECTIONS = 10_000


def measure(programs, options):
    yield throughput(programs)
    yield delayed_throughput(programs)
    yield connections(programs)
    for asked in (0.010, 0.100, 0.500):
        yield delay(programs, asked)
    yield bandwidth(programs)


class Proxy:
    """The proxy in a process of its own, before an upstream on loopback."""

    def __init__(self, programs, upstream, toxics=()):
        self.process = subprocess.Popen(
            [programs.serve_proxy], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        settings = {
            "listen": ["127.0.0.1:0"],
            "upstream": {"fixed": {"_0": f"127.0.0.1:{upstream}"}},
            "toxics": list(toxics), "seed": 1, "connections": 30_000,
        }
        self.port = int(self.ask(json.dumps(settings))["listen"][0].rsplit(":")[-1])

    def ask(self, line):
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()


def toxic(kind, stream="upstream", **fields):
    return {"name": kind, "toxic": {kind: fields}, "stream": stream, "share": 1}


def duration(seconds):
    """A duration as Swift writes it: 128 bits of attoseconds, in two halves."""
    return [0, round(seconds * 1e18)]


def listen():
    listener = socket.create_server(("127.0.0.1", 0), backlog=4096)
    return listener, listener.getsockname()[1]


# Throughput -------------------------------------------------------------------------------------


def throughput(programs):
    with contextlib.ExitStack() as stack:
        sink, port = listen()
        server = multiprocessing.Process(target=swallow, args=(sink,), daemon=True)
        server.start()
        stack.callback(server.join)
        stack.callback(server.terminate)
        proxy = stack.enter_context(Proxy(programs, port))
        peer = stack.enter_context(haproxy(programs, port))
        rates = {"direct": [], "ours": [], "theirs": []}
        for _ in range(ROUNDS):
            for name, at in (("direct", port), ("ours", proxy.port), ("theirs", peer)):
                rates[name].append(pump(at))
    direct, ours, theirs = (statistics.median(rates[name]) for name in rates)
    # Each round sees the same machine; the ratio is that of its own pair.
    ratio = statistics.median(a / b for a, b in zip(rates["ours"], rates["theirs"]))
    return Row(
        "one connection through the proxy, no toxic", f"{ours:.2f} GB/s",
        f"{theirs:.2f} GB/s through haproxy, {direct:.2f} GB/s direct", f"{ratio:.2f}")


def delayed_throughput(programs):
    """What a connection carries whose bytes are all held for 100 ms."""
    sink, port = listen()
    server = multiprocessing.Process(target=swallow, args=(sink,), daemon=True)
    server.start()
    try:
        latency = toxic("latency", delay=duration(0.1), jitter=duration(0))
        with Proxy(programs, port, [latency]) as proxy:
            rate = statistics.median(pump(proxy.port) for _ in range(3))
    finally:
        server.terminate()
        server.join()
    return Row("one connection through a delay of 100 ms", f"{rate * 1000:.0f} MB/s")


def swallow(listener):
    """Reads all that each connection sends, and answers with how much that was."""
    buffer = bytearray(1 << 20)
    while True:
        connection, _ = listener.accept()
        with connection:
            total = 0
            while count := connection.recv_into(buffer):
                total += count
            connection.sendall(total.to_bytes(8, "big"))


def pump(port):
    """Sends for a while, and gives the GB/s that arrived."""
    data = bytes(1 << 20)
    with socket.create_connection(("127.0.0.1", port)) as connection:
        start = time.monotonic()
        while time.monotonic() - start < SECONDS:
            connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        total = int.from_bytes(connection.recv(8, socket.MSG_WAITALL), "big")
        return total / (time.monotonic() - start) / 1e9


@contextlib.contextmanager
def haproxy(programs, upstream):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    file = programs.write("haproxy.cfg", (
        "global\n  nbthread 1\n"
        "defaults\n  mode tcp\n"
        "  timeout connect 5s\n  timeout client 60s\n  timeout server 60s\n"
        f"frontend in\n  bind 127.0.0.1:{port}\n  default_backend out\n"
        f"backend out\n  server one 127.0.0.1:{upstream}\n"))
    program = shutil.which("haproxy") or "/usr/sbin/haproxy"
    process = subprocess.Popen([program, "-db", "-f", file], stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 10
        while True:
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port)).close()
                break
            if time.monotonic() > deadline or process.poll() is not None:
                raise SystemExit("haproxy does not listen")
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait()


# Connections ------------------------------------------------------------------------------------


def raise_descriptors():
    """Takes as many descriptors as all connections need, as far as this user may; answers with the limit."""
    needed = 2 * CONNECTIONS + 64
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(hard, needed), max(hard, needed)))
    except ValueError:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def connections(programs):
    hard = raise_descriptors()
    # The proxy has two descriptors for each, and some for itself.
    count = min(CONNECTIONS, (hard - 64) // 2)
    listener, port = listen()
    held = multiprocessing.Value("i", 0)
    server = multiprocessing.Process(target=hold, args=(listener, held), daemon=True)
    server.start()
    try:
        with Proxy(programs, port) as proxy:
            before = resident_kilobytes(proxy.process.pid)
            clients = [
                socket.create_connection(("127.0.0.1", proxy.port)) for _ in range(count)]
            for client in clients:
                client.sendall(b"x")
            deadline = time.monotonic() + 60
            while held.value < count and time.monotonic() < deadline:
                time.sleep(0.05)
            if held.value < count:
                raise SystemExit(f"only {held.value} of {count} connections arrived")
            resident = resident_kilobytes(proxy.process.pid)
            for client in clients:
                client.close()
    finally:
        server.terminate()
        server.join()
    return Row(
        f"{count:,} connections through the proxy, each used",
        f"{resident / 1024:.1f} MiB resident", f"{before / 1024:.1f} MiB with none",
        f"{(resident - before) / count:.2f} KiB each")


def hold(listener, held):
    """Accepts, reads one byte of each connection, and keeps it open."""
    raise_descriptors()
    kept = []
    while True:
        connection, _ = listener.accept()
        connection.recv(1)
        kept.append(connection)
        held.value += 1


# Toxics -----------------------------------------------------------------------------------------


def delay(programs, asked):
    count = 200 if asked < 0.2 else 30
    with contextlib.ExitStack() as stack:
        listener, port = listen()
        server = multiprocessing.Process(target=echo, args=(listener,), daemon=True)
        server.start()
        stack.callback(server.join)
        stack.callback(server.terminate)
        latency = toxic("latency", delay=duration(asked), jitter=duration(0))
        proxy = stack.enter_context(Proxy(programs, port))
        with socket.create_connection(("127.0.0.1", proxy.port)) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            plain = statistics.median(round_trip(connection) for _ in range(count))
            proxy.ask(json.dumps([latency]))
            added = sorted(round_trip(connection) - plain for _ in range(count))
        own = proxy.ask("statistics")["addedDelay"]
    p99 = added[min(len(added) - 1, int(0.99 * len(added)))]
    median = statistics.median(added)
    return Row(
        f"a delay of {asked * 1000:.0f} ms, {count} round trips",
        f"median {median * 1000:.2f} ms, p99 {p99 * 1000:.2f} ms added",
        f"{own['median'][1] / 1e15:.2f} ms by its own measure",
        f"{(median - asked) * 1000:+.2f} ms")


def echo(listener):
    while True:
        connection, _ = listener.accept()
        with connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while data := connection.recv(65536):
                connection.sendall(data)


def round_trip(connection):
    start = time.monotonic()
    connection.sendall(b"ping")
    connection.recv(4, socket.MSG_WAITALL)
    return time.monotonic() - start


def bandwidth(programs):
    results = []
    for rate, total in ((100_000, 300_000), (1_000_000, 3_000_000), (100_000_000, 200_000_000)):
        sink, port = listen()
        server = multiprocessing.Process(target=swallow, args=(sink,), daemon=True)
        server.start()
        try:
            with Proxy(programs, port, [toxic("bandwidth", bytesPerSecond=rate)]) as proxy:
                with socket.create_connection(("127.0.0.1", proxy.port)) as connection:
                    start = time.monotonic()
                    connection.sendall(bytes(total))
                    connection.shutdown(socket.SHUT_WR)
                    connection.recv(8, socket.MSG_WAITALL)
                    results.append((rate, total / (time.monotonic() - start)))
        finally:
            server.terminate()
            server.join()
    worst = max((abs(got / rate - 1) for rate, got in results))
    return Row(
        "a bandwidth of 0.1, 1 and 100 MB/s",
        ", ".join(f"{got / 1e6:.4g}" for _, got in results) + " MB/s", "", f"{worst:.1%} off")
