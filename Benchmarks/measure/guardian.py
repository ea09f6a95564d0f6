"""What it costs a run that its host is guarded: the time to arm, and the guardian's memory and CPU.

An agent is spoken to as the runner does, a line of JSON each way.
"""

import json
import os
import subprocess
import time
from pathlib import Path

from .programs import Row, medians_in_turn, milliseconds

COUNT = 30
WATCH = 30


def measure(programs, options):
    numbers = iter(range(COUNT))
    armed, recovered = medians_in_turn(
        COUNT, lambda: armed_once(programs, next(numbers)), lambda: recovered_once(programs))
    yield Row(
        f"from `begin` to the guardian's readiness, {COUNT} times", milliseconds(armed),
        f"{milliseconds(recovered)} of it to see that nothing of earlier runs is left",
        f"{milliseconds(armed - recovered)} for locks, ledger and guardian")
    private, seconds = watched(programs)
    yield Row(
        f"a guardian over {WATCH} s",
        f"{private / 1024:.1f} MiB private memory, {seconds * 1000:.0f} ms CPU")


class Agent:
    """An agent at the other end of a pipe."""

    def __init__(self, programs):
        self.number = 0
        agent = str(Path(programs.jenner).with_name("jenner-agent"))
        self.process = subprocess.Popen(
            [agent], cwd=programs.scratch, env=programs.environment,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.ask("hello", {"protocolVersion": 3, "schemaDigests": {}})

    def ask(self, kind, contents):
        """Sends a request and waits for its answer."""
        self.number += 1
        message = {"number": self.number, "request": {kind: contents}}
        self.process.stdin.write(json.dumps(message) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if '"refused"' in answer or not answer:
            raise SystemExit(f"{kind}: {answer}")

    def begin(self, run):
        self.ask("begin", {"run": run, "title": "A benchmark", "limitSeconds": 600})

    def end(self):
        self.ask("end", {})
        self.process.stdin.close()
        self.process.wait()


def armed_once(programs, number):
    """The time from `begin` to its answer, behind which the guardian is ready."""
    agent = Agent(programs)
    begun = time.monotonic()
    agent.begin(f"benchmark{number}")
    took = time.monotonic() - begun
    agent.end()
    return took


def recovered_once(programs):
    """The time of the first thing that `begin` does: a `recover`."""
    agent = str(Path(programs.jenner).with_name("jenner-agent"))
    return programs.cost([agent, "recover"]).wall


def watched(programs):
    """The private memory of a guardian in KiB, and its CPU seconds."""
    agent = Agent(programs)
    agent.begin("watched")
    guardian = guardian_of(agent.process.pid)
    before = cpu(guardian)
    for _ in range(WATCH):
        time.sleep(1)
        agent.ask("heartbeat", {})
    seconds = cpu(guardian) - before
    lines = Path(f"/proc/{guardian}/smaps_rollup").read_text().splitlines()
    private = sum(int(line.split()[1]) for line in lines if line.startswith("Private_"))
    agent.end()
    return private, seconds


def guardian_of(agent):
    children = Path(f"/proc/{agent}/task/{agent}/children").read_text().split()
    for child in children:
        if b"guardian" in Path(f"/proc/{child}/cmdline").read_bytes():
            return int(child)
    raise SystemExit("the agent has no guardian")


def cpu(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
