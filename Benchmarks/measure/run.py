"""How long a whole run takes that has next to nothing to do."""

from . import experiments
from .programs import Row, medians_in_turn, milliseconds

COUNT = 7


def measure(programs, options):
    text = experiments.observing([experiments.truth("10ms")], "10ms")
    theirs = programs.write("tiny.json", experiments.PEER)
    a, b = medians_in_turn(
        COUNT,
        lambda: programs.run_experiment(text)[0].wall,
        lambda: programs.cost([programs.chaos, "run", theirs]).wall)
    yield Row("a run with one trivial probe", milliseconds(a), milliseconds(b), f"1/{b / a:.0f}")
