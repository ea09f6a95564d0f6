"""What a disk was asked to write, in order, and what of it a power cut may leave.

QEMU's blklogwrites writes the format of the kernel's dm-log-writes (Documentation/admin-guide/
device-mapper/log-writes.rst): a superblock, then for each request a sector that describes it, then its
data. A request is in the log before the guest is told that it is done. So what the guest waited for
before it asked for a write stands before that write.
"""

import struct
from dataclasses import dataclass

SECTOR, BLOCK = 512, 4096
MAGIC = 0x6A736677736872
FLUSH, FUA, DISCARD = 1, 2, 4
JOURNAL_MAGIC = bytes.fromhex("c03b3998")


@dataclass
class Request:
    """A request to the disk; `data` is what is to be at `offset`, if anything."""

    offset: int
    data: bytes
    is_flush: bool
    is_durable: bool


def read(path):
    """The requests in a log whose writer was killed."""
    with open(path, "rb") as log:
        content = log.read()
    magic, version, _, sector = struct.unpack_from("<QQQI", content)
    if (magic, version) != (MAGIC, 1):
        raise ValueError(f"{path} is no log of writes")
    requests = []
    position = sector
    # The superblock counts only what stood there at the last flush; what came later counts too.
    while position + sector <= len(content):
        first, count, flags, _ = struct.unpack_from("<QQQQ", content, position)
        # A discard has no data; what is discarded may be read as anything, such as zeros.
        length = 0 if flags & DISCARD else count * sector
        data = content[position + sector:position + sector + length]
        if (count, flags) == (0, 0) or len(data) < length:
            break
        if flags & DISCARD:
            data = bytes(count * sector)
        requests.append(Request(first * sector, data, bool(flags & FLUSH), bool(flags & FUA)))
        position += sector + length
    # The kill may have come in the middle of the last one.
    return requests[:-1]


class Disk:
    """A disk with a cache: writes may be lost, torn and out of order until they are flushed."""

    def __init__(self, content):
        self.durable = bytearray(content)
        self.cached = []

    def perform(self, request):
        """Takes one request, as a disk does."""
        if request.is_flush:
            for write in self.cached:
                put(self.durable, write.offset, write.data)
            self.cached = []
        if request.data and request.is_durable:
            put(self.durable, request.offset, request.data)
        elif request.data:
            self.cached.append(request)

    def cut(self, random):
        """What is on the disk if the power fails now; `random` decides about what is in the cache.

        A sector of 512 bytes is written wholly or not at all. Nothing else is certain, but for what ext4
        itself can't do without.
        """
        content = bytearray(self.durable)
        # From cuts that lose everything to cuts that lose nothing.
        kept = random.choice([0, 0.1, 0.5, 0.9, 1])
        torn = random.choice([0, 0.2, 1])
        for write in self.cached:
            for start in range(0, len(write.data), BLOCK):
                block = write.data[start:start + BLOCK]
                offset = write.offset + start
                is_torn = random.random() < torn and not must_be_whole(offset, block)
                unit = SECTOR if is_torn else BLOCK
                for inner in range(0, len(block), unit):
                    if random.random() < kept:
                        put(content, offset + inner, block[inner:inner + unit])
        return content


def must_be_whole(offset, block):
    """Whether a disk that tears this block loses the file system, so that nothing is shown of Jenner.

    That is the superblock, which is not journalled, and the journal's own marks: a commit is checksummed
    over its whole block, and after half of one ext4 refuses to be mounted. It relies on disks that
    write 4 KiB at once. Files, directories and what is in the journal are torn all the same.
    """
    return offset < BLOCK or block.startswith(JOURNAL_MAGIC)


def put(content, offset, data):
    content[offset:offset + len(data)] = data


def cuts(content, requests, points, random):
    """The disk after cuts at points of the log, in the order of the points."""
    disk = Disk(content)
    done = 0
    for point in sorted(points):
        for request in requests[done:point]:
            disk.perform(request)
        done = point
        yield point, disk.cut(random)
