"""Runs the measurements that were asked for and prints them as one table."""

import argparse
import tempfile
from pathlib import Path

from . import guardian, memory, network, proxy, rate, run, samples, start, stop
from .programs import Programs

MEASUREMENTS = {
    "start": start.measure,
    "run": run.measure,
    "samples": samples.measure,
    "rate": rate.measure,
    "stop": stop.measure,
    "guardian": guardian.measure,
    "memory": memory.measure,
    "network": network.measure,
    "proxy": proxy.measure,
}


def main():
    parser = argparse.ArgumentParser(prog="Benchmarks/run")
    parser.add_argument("--jenner", required=True)
    parser.add_argument("--chaos", required=True)
    parser.add_argument("--serve-proxy", required=True)
    parser.add_argument("--only", action="append", choices=list(MEASUREMENTS))
    parser.add_argument("--minutes", type=float, default=10, help="how long memory is watched")
    options = parser.parse_args()

    print("| what | jenner | beside | ratio |")
    print("|---|---|---|---|")
    for name in options.only or MEASUREMENTS:
        with tempfile.TemporaryDirectory(prefix="jenner-benchmark-") as scratch:
            programs = Programs(options, Path(scratch))
            for row in MEASUREMENTS[name](programs, options):
                print(row, flush=True)


main()
