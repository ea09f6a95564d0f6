"""How long after a stop condition the fault is undone, with the undo verified."""

import statistics
import subprocess

from . import experiments
from .programs import Row, milliseconds

COUNT = 30


def measure(programs, options):
    times = sorted(stop_once(programs, number) for number in range(COUNT))
    p99 = times[min(len(times) - 1, int(0.99 * len(times)))]
    yield Row(
        f"from a stop condition to the pause undone, {COUNT} runs",
        f"median {milliseconds(statistics.median(times))}, p99 {milliseconds(p99)}")


def stop_once(programs, number):
    """Pauses a process, stops because it is paused, and gives the time until it runs again."""
    target = subprocess.Popen(["sleep", str(7_000_000 + number)])
    try:
        # The probe fails exactly while the target is stopped.
        probe = (
            "{name: target, command: {run: [sh, -c, "
            f"'! grep -q \"^State:.T\" /proc/{target.pid}/status'], timeout: 1s}}, every: 20ms, "
            "tolerance: {success: {min: 50%}}}")
        method = (
            "method:\n"
            f"  - {{fault: process.pause, targets: {{cmdline: '^sleep {7_000_000 + number}$'}}, "
            "for: 20s}\n"
            "stop-conditions:\n"
            "  - {probe: target, success: {below: 50%}}")
        text = experiments.observing([probe], "200ms", holds="100ms", more=method)
        _, record = programs.run_experiment(text, f"stop-{number}", expected=(1,))
        fired = next(e["at"] for e in record["events"] if "stop" in e["kind"])
        # The undo is verified by reading the state back before this event is told.
        proved = next(e["at"] for e in record["events"] if e["kind"] == "undo.proved")
        return proved - fired
    finally:
        target.kill()
        target.wait()
