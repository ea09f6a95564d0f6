"""How long a program takes to start and to read a file."""

from . import experiments
from .programs import Row, medians_in_turn, milliseconds

COUNT = 15


def measure(programs, options):
    ours = programs.write("tiny.yaml", experiments.observing([experiments.truth("1s")], "1s"))
    theirs = programs.write("tiny.json", experiments.PEER)
    for what, our, their in [
        ("`--version`", ["--version"], ["--version"]),
        ("`validate` of a small file", ["validate", ours], ["validate", theirs]),
    ]:
        a, b = medians_in_turn(
            COUNT,
            lambda: programs.cost([programs.jenner, *our]).wall,
            lambda: programs.cost([programs.chaos, *their]).wall)
        yield Row(what, milliseconds(a), milliseconds(b), f"1/{b / a:.0f}")
