"""Whether a long run's memory grows by more than its samples."""

import time

from . import experiments
from .programs import Row

PROBES = 10
WARM_UP = 10


def measure(programs, options):
    seconds = max(2 * WARM_UP, int(options.minutes * 60))
    probes = [experiments.truth("100ms", f"truth-{number}") for number in range(PROBES)]
    # A stop within the run is not what is measured, so the run's limit is well beyond it.
    more = f"method: []\nlimits: {{duration: {seconds + 120}s}}"
    file = programs.write("long.yaml", experiments.observing(probes, f"{seconds}s", more=more))
    process = programs.start(programs.run_arguments(file, "memory"))
    begun = time.monotonic()
    early = late = 0
    while process.poll() is None:
        resident = resident_kilobytes(process.pid)
        if time.monotonic() - begun < WARM_UP:
            early = resident
        elif resident:
            late = resident
        time.sleep(0.25)
    if process.returncode != 0:
        errors = (programs.scratch / "errors").read_text()
        raise SystemExit(f"the long run ended with {process.returncode}:\n{errors}")
    samples = sum(len(probe["samples"]) for probe in programs.record("memory")["probes"])
    yield Row(
        f"resident memory, {PROBES} probes 10 times a second for {seconds} s",
        f"{late / 1024:.1f} MiB at the end, {samples:,} samples",
        f"{early / 1024:.1f} MiB after {WARM_UP} s", f"{late / early:.2f}")


def resident_kilobytes(pid):
    """VmRSS of a process; 0 once it has ended."""
    try:
        with open(f"/proc/{pid}/status") as status:
            for line in status:
                if line.startswith("VmRSS:"):
                    return int(line.split()[1])
    except (FileNotFoundError, ProcessLookupError):
        pass
    return 0
