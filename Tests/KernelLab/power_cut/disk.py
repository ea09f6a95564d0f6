"""Disks with file systems, before anything has happened to them."""

import shutil
import struct
import subprocess

MEBIBYTE = 1 << 20
SECTOR = 512
FILE_SYSTEM = 32 * MEBIBYTE
# The type of a partition.
LINUX = 0x83


def make(path, are_apart):
    """A disk with a folder `effects` in which experiments make files, and room for Jenner's state.

    Apart, it has two partitions: one for the state, one that is mounted over `effects`.
    """
    root = path.with_suffix(".root")
    shutil.rmtree(root, ignore_errors=True)
    (root / "effects").mkdir(parents=True)
    partitions = [MEBIBYTE, MEBIBYTE + FILE_SYSTEM] if are_apart else [0]
    with open(path, "wb") as disk:
        if are_apart:
            disk.write(partition_table(partitions))
        disk.truncate(partitions[-1] + FILE_SYSTEM)
    for number, start in enumerate(partitions):
        content = ["-d", root] if number == 0 else []
        # With everything in place, so that the kernel has nothing to write of its own accord.
        options = f"offset={start},lazy_itable_init=0,lazy_journal_init=0"
        subprocess.run(
            ["mkfs.ext4", "-q", "-F", "-b", "4096", "-J", "size=4", "-E", options, *content, path,
             f"{FILE_SYSTEM >> 10}k"], check=True)
    shutil.rmtree(root)


def partition_table(starts):
    """A master boot record with Linux partitions, each FILE_SYSTEM long."""
    entries = b"".join(
        struct.pack("<4xB3xII", LINUX, start // SECTOR, FILE_SYSTEM // SECTOR) for start in starts)
    return bytes(446) + entries.ljust(64, b"\0") + b"\x55\xaa"
