"""The programs that are measured, and what one execution of a program costs."""

import json
import os
import statistics
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Cost:
    """What one execution took: wall time, and CPU time of the process and all it waited for."""

    wall: float
    cpu: float


@dataclass
class Row:
    """A line of the table; `beside` and `ratio` stay empty where there is no peer."""

    what: str
    jenner: str
    beside: str = ""
    ratio: str = ""

    def __str__(self):
        return f"| {self.what} | {self.jenner} | {self.beside} | {self.ratio} |"


class Programs:
    """Jenner and its peers, with a scratch directory for files, state and reports."""

    def __init__(self, options, scratch: Path):
        self.jenner = os.path.abspath(options.jenner)
        self.chaos = os.path.abspath(options.chaos)
        self.serve_proxy = os.path.abspath(options.serve_proxy)
        self.scratch = scratch
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(scratch),
            "JENNER_STATE": str(scratch / "state"),
        }

    def write(self, name, text):
        path = self.scratch / name
        path.write_text(text)
        return str(path)

    def start(self, argv):
        """Starts a program whose errors go to a file, which failures show."""
        with open(self.scratch / "errors", "w") as errors:
            return subprocess.Popen(
                argv, cwd=self.scratch, env=self.environment, stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL, stderr=errors)

    def cost(self, argv, expected=(0,)):
        """Runs a program once."""
        begun = time.monotonic()
        process = self.start(argv)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in expected:
            errors = (self.scratch / "errors").read_text()
            raise SystemExit(f"{argv} ended with {process.returncode}:\n{errors}")
        return Cost(wall, usage.ru_utime + usage.ru_stime)

    def run_arguments(self, file, reports):
        return [self.jenner, "run", file, "--yes", "--reports", str(self.scratch / reports)]

    def run_experiment(self, text, reports="reports", expected=(0,)):
        """Runs an experiment and gives its cost and its record."""
        file = self.write("experiment.yaml", text)
        cost = self.cost(self.run_arguments(file, reports), expected)
        return cost, self.record(reports)

    def record(self, reports="reports"):
        """The newest record under a reports directory."""
        runs = (self.scratch / reports).glob("*/record.json")
        newest = max(runs, key=lambda path: path.stat().st_mtime_ns)
        return json.loads(newest.read_text())


def medians_in_turn(count, first, second):
    """The medians of two measurements made in turn, so that both see the same machine."""
    pairs = [(first(), second()) for _ in range(count)]
    return statistics.median(a for a, _ in pairs), statistics.median(b for _, b in pairs)


def milliseconds(seconds):
    return f"{seconds * 1000:.1f} ms"
