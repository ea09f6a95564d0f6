"""One life of the machine: from power on to power off."""

import re
import subprocess
import time
from pathlib import Path

LAB = Path(__file__).parent.parent
RESULT = re.compile(r"^LAB (ok|FAILED) (\S+): (.*)$")


class MachineFailure(Exception):
    """The machine did not come as far as it must; not a finding about Jenner."""


class Life:
    """A machine that runs the guest's part, `tests/power-cut`, on some disks."""

    def __init__(self, image, folder, disks, log, words):
        """Starts it. What is written to the first disk goes into the log as well."""
        self.folder = folder
        self.disks = disks
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("console", "results"):
            (folder / name).unlink(missing_ok=True)
        log.unlink(missing_ok=True)
        log.touch()
        argv = [LAB / "machine", image, folder, "lab=power-cut", *words, "--"]
        for number, disk in enumerate(disks):
            # The guest's flushes are in the log; that this machine flushes too would only take time.
            argv += ["-blockdev", f"driver=file,filename={disk},node-name=file{number},cache.no-flush=on"]
            node = f"file{number}"
            if number == 0:
                argv += ["-blockdev", f"driver=file,filename={log},node-name=log,cache.no-flush=on"]
                argv += ["-blockdev", "driver=blklogwrites,node-name=logged,file=file0,log=log"]
                node = "logged"
            # The log of QEMU 7 is wrong about zeros that come without data.
            argv += [
                "-device",
                f"virtio-blk-pci,drive={node},write-cache=on,discard=off,write-zeroes=off"]
        self.process = subprocess.Popen(argv)

    def wait_for_work(self, limit):
        """Waits until it has looked at every disk and begins to work."""
        deadline = time.monotonic() + limit
        while "LAB working 1\n" not in self.lines():
            if self.process.poll() is not None:
                self.fail(f"ended with {self.process.returncode} before it worked")
            if time.monotonic() > deadline:
                self.fail(f"did not come to work within {limit:.0f} s")
            time.sleep(0.05)

    def cut(self):
        """Cuts its power."""
        self.process.kill()
        self.process.wait()

    def lines(self):
        """The lines of results so far."""
        try:
            return (self.folder / "results").read_text().splitlines(keepends=True)
        except FileNotFoundError:
            return []

    def results(self):
        """What it found, as (is fine, what, text)."""
        found = [RESULT.match(line) for line in self.lines()]
        return [(match[1] == "ok", match[2], match[3]) for match in found if match]

    def fail(self, reason):
        console = (self.folder / "console")
        shown = console.read_text(errors="replace").splitlines()[-30:] if console.exists() else []
        raise MachineFailure("\n".join([f"the machine {reason}; its last words:", *shown]))
