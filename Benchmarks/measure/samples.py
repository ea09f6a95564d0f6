"""What a sample of a command probe costs beside the command itself."""

from . import experiments
from .programs import Row, medians_in_turn

COUNT = 5
SAMPLES = 200


def measure(programs, options):
    # As fast as the shell's loop goes, which is the fair comparison; and with pauses, in which caches
    # grow cold for the command as for us.
    for every in (2, 10):
        yield at(every, programs)


def at(every, programs):
    text = experiments.observing([experiments.truth(f"{every}ms")], f"{SAMPLES * every}ms")
    loop = f"i=0; while [ $i -lt {SAMPLES} ]; do /bin/true; i=$((i + 1)); done"

    def ours():
        cost, record = programs.run_experiment(text)
        taken = [s for p in record["probes"] for s in p["samples"] if s[1] != "missed"]
        # Missed samples would make the run look cheap.
        if len(taken) < SAMPLES:
            raise SystemExit(f"only {len(taken)} of {SAMPLES} samples were taken")
        return cost.cpu

    a, b = medians_in_turn(COUNT, ours, lambda: programs.cost(["/bin/sh", "-c", loop]).cpu)
    return Row(
        f"CPU of {SAMPLES} samples of a command probe, one each {every} ms", f"{a:.2f} s",
        f"{b:.2f} s in a shell", f"{a / b:.1f}")
