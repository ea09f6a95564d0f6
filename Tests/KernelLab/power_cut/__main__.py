"""Cuts the power under Jenner, again and again, and counts what is left on the disk.

A machine runs experiments whose actions make files; its state and the files are on one disk. It is
killed at a random moment. Every life's writes and flushes are on record, so each gives many disks: one
for the moment of the kill, and others as if the power had failed at earlier moments, from the first
write on. On each of them, the writes since the last flush are lost, kept or torn, in any order. Killing
the machine alone would be a weaker test: the host's page cache keeps whatever the guest wrote, flushed
or not, in order. And it would give one cut for each boot.

The next life begins with `recover` on each of these disks, in a boot of its own, and looks with find(1)
for what is left; then it works on the first of them, until the next cut. Since what it does to that disk
to recover is on record too, cuts in the middle of a recovery are among them.
"""

import argparse
import json
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from . import write_log
from .life import Life, MachineFailure

DISK_SIZE = 32 << 20
# As many as the machine has slots for, with a margin.
DISK_LIMIT = 20
WORK_SECONDS = (1, 20)


def new_disk(path):
    """A disk with a file system and the folder in which experiments make files."""
    root = path.with_suffix(".root")
    (root / "effects").mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"")
    with open(path, "r+b") as disk:
        disk.truncate(DISK_SIZE)
    subprocess.run(
        ["mkfs.ext4", "-q", "-F", "-b", "4096", "-J", "size=4", "-d", root, path], check=True)


class Campaign:
    """Lives of one machine, one after the other, until enough cuts have been looked at."""

    def __init__(self, options):
        self.image = options.image
        self.folder = options.output
        self.random = random.Random(options.seed)
        self.wanted = options.cuts
        self.disks = [self.folder / "disk-0"]
        self.origins = ["new"]
        self.lives = self.cuts = self.pending = self.with_effects = self.writes = 0
        self.failures = []

    def run(self):
        new_disk(self.disks[0])
        while self.cuts < self.wanted:
            self.live()

    def live(self):
        """One boot: looks at the disks of the cuts before, works, and is cut."""
        self.lives += 1
        log = self.folder / "log"
        before = self.disks[0].read_bytes()
        words = [f"lab.life={self.lives}", f"lab.seed={self.random.randrange(32768)}"]
        originals = self.keep_originals()
        life = Life(self.image, self.folder / "life", self.disks, log, words)
        try:
            life.wait_for_work(limit=60 + 30 * len(self.disks))
            time.sleep(self.random.uniform(*WORK_SECONDS))
            if life.process.poll() is not None:
                life.fail("ended while it worked")
        finally:
            life.cut()
        self.judge(life, originals)
        self.make_disks(before, write_log.read(log))

    def keep_originals(self):
        """Looking at a disk changes it; whoever looks for a cause needs it as it was."""
        originals = []
        for disk in self.disks:
            original = disk.with_suffix(".original")
            shutil.copyfile(disk, original)
            originals.append(original)
        return originals

    def judge(self, life, originals):
        results = life.results()
        looked_at = [result for result in results if result[1].startswith("vd")]
        if len(looked_at) != len(self.disks):
            life.fail(f"looked at {len(looked_at)} of {len(self.disks)} disks")
        for number, (is_fine, name, text) in enumerate(looked_at):
            if self.origins[number] == "new":
                continue
            self.cuts += 1
            self.pending += "pending=1" in text
            self.with_effects += bool(re.search(r"effects=[1-9]", text))
            if not is_fine:
                self.keep(life, originals[number], f"cut {self.origins[number]}: {text}")
        for is_fine, name, text in results:
            if not is_fine and not name.startswith("vd"):
                self.keep(life, None, f"life {self.lives}, {name}: {text}")
        print(
            f"power-cut: life {self.lives}: {self.cuts} cuts, {self.pending} with a run under way, "
            f"{len(self.failures)} failed", file=sys.stderr, flush=True)

    def keep(self, life, original, text):
        """Keeps what a failure can be looked into with."""
        kept = self.folder / f"failure-{len(self.failures) + 1}"
        kept.mkdir(exist_ok=True)
        shutil.copyfile(life.folder / "console", kept / "console")
        if original:
            shutil.copyfile(original, kept / "disk")
            text += f"; look again: scripts/lab power-cut --disk {kept / 'disk'}"
        self.failures.append(text)

    def make_disks(self, before, requests):
        """The disks of the next life: of the kill's moment, and of others."""
        self.writes += len(requests)
        count = min(DISK_LIMIT, max(1, self.wanted - self.cuts))
        points = [self.random.randrange(1, len(requests) + 1) for _ in range(count - 1)]
        points.append(len(requests))
        made = list(write_log.cuts(before, requests, points, self.random))
        # The latest is the first disk, on which the next life goes on.
        made.reverse()
        self.disks, self.origins = [], []
        for number, (point, content) in enumerate(made):
            disk = self.folder / f"disk-{number}"
            disk.write_bytes(content)
            self.disks.append(disk)
            self.origins.append(f"of life {self.lives} after request {point} of {len(requests)}")


def look_again(options):
    """Recovers one disk that was kept, and shows what the machine says of it."""
    disk = options.output / "disk-again"
    shutil.copyfile(options.disk, disk)
    life = Life(options.image, options.output / "life", [disk], options.output / "log",
                ["lab.life=1", "lab.seed=1"])
    try:
        life.wait_for_work(limit=120)
    finally:
        life.cut()
    print((life.folder / "console").read_text(errors="replace"), file=sys.stderr)
    results = life.results()
    for is_fine, name, text in results:
        print(f"power-cut: {'ok' if is_fine else 'FAILED'}: {text}")
    return 0 if results and all(result[0] for result in results) else 1


def main():
    # Ended by a signal, it ends its machine too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    parser = argparse.ArgumentParser(prog="scripts/lab power-cut")
    parser.add_argument("--image", type=Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--output", type=Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--cuts", type=int, default=5, help="how many (default: 5)")
    parser.add_argument("--seed", type=int, default=1, help="of every random choice (default: 1)")
    parser.add_argument("--disk", type=Path, help="instead, look again at a disk that was kept")
    parser.add_argument("--results", type=Path, help="adds the outcome to a file, as a line of JSON")
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    if options.disk:
        return look_again(options)

    begun = time.monotonic()
    campaign = Campaign(options)
    campaign.run()
    seconds = time.monotonic() - begun
    for failure in campaign.failures[:50]:
        print(f"  FAILED: {failure}")
    print(
        f"power cut: {campaign.cuts} cuts in {campaign.lives} boots, {campaign.pending} with a run "
        f"under way, {campaign.with_effects} with effects on the disk, {len(campaign.failures)} "
        f"failed, {seconds:.0f} s ({seconds / campaign.cuts:.1f} s each), seed {options.seed}")
    if options.results:
        outcome = {
            "proof": "power cut", "cases": campaign.cuts, "reached": campaign.pending,
            "failures": campaign.failures, "seconds": round(seconds, 3), "seed": options.seed}
        with open(options.results, "a") as results:
            results.write(json.dumps(outcome, sort_keys=True) + "\n")
    return 1 if campaign.failures else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except MachineFailure as failure:
        print(f"power-cut: FAILED: {failure}", file=sys.stderr)
        sys.exit(1)
