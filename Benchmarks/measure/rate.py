"""Whether an HTTP probe keeps a fast schedule."""

import http.client
import shutil
import socket
import subprocess
import time
from contextlib import contextmanager

from . import experiments
from .programs import Row

SECONDS = 10
PER_SECOND = 1000


def measure(programs, options):
    with nginx(programs) as port:
        probe = (
            f"{{name: page, http: {{url: 'http://127.0.0.1:{port}/', timeout: 1s}}, every: 1ms, "
            "tolerance: {success: {min: 50%}}}")
        cost, record = programs.run_experiment(experiments.observing([probe], f"{SECONDS}s"))
    baseline = next(p["window"] for p in record["phases"] if p["name"] == "baseline")
    due = sorted(
        (s for s in record["probes"][0]["samples"]
         if baseline["start"] <= s[0] < baseline["end"]), key=lambda s: s[0])
    taken = [s for s in due if s[1] == "success"]
    first = due[0][0]
    drift = max(abs(s[0] - first - i / PER_SECOND) for i, s in enumerate(due))
    asked = SECONDS * PER_SECOND
    yield Row(
        f"an HTTP probe {PER_SECOND:,} times a second for {SECONDS} s",
        f"{len(taken):,} samples, drift {drift * 1000:.2f} ms, {cost.cpu:.1f} s CPU",
        f"{asked:,} asked", f"{len(taken) / asked:.1%}")


@contextmanager
def nginx(programs):
    """A local nginx that answers every request from memory."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    temporary = "".join(
        f"{kind}_temp_path {programs.scratch}/{kind};"
        for kind in ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"])
    configuration = programs.write("nginx.conf", (
        f"daemon off; master_process off; pid {programs.scratch}/nginx.pid; error_log stderr;"
        "events { worker_connections 4096; }"
        f"http {{ access_log off; keepalive_requests 1000000; {temporary}"
        f"server {{ listen 127.0.0.1:{port} backlog=4096;"
        "location / { return 200 ok; } } }"))
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    server = subprocess.Popen(
        [program, "-p", str(programs.scratch), "-c", configuration, "-e", "stderr"])
    try:
        deadline = time.monotonic() + 10
        while True:
            try:
                http.client.HTTPConnection("127.0.0.1", port, timeout=1).request("GET", "/")
                break
            except OSError:
                if time.monotonic() > deadline or server.poll() is not None:
                    raise SystemExit("nginx does not answer")
                time.sleep(0.05)
        yield port
    finally:
        server.terminate()
        server.wait()
