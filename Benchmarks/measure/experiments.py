"""The texts of experiments; the peer's are in its own format."""

import json


def observing(probes, baseline, holds="2s", more=""):
    """An experiment that breaks nothing, unless `more` says otherwise."""
    lines = "".join(f"    - {probe}\n" for probe in probes)
    return (
        "version: 1\n"
        "title: A benchmark\n"
        "steady-state-hypothesis:\n"
        f"  baseline: {baseline}\n"
        f"  recovery: {{within: 10s, holds: {holds}}}\n"
        "  probes:\n"
        f"{lines}"
        f"{more or 'method: []'}\n"
    )


def truth(every, name="truth"):
    """A probe whose command does nothing, and so costs the least a command can."""
    return (
        f"{{name: {name}, command: {{run: ['true'], timeout: 1s}}, every: {every}, "
        "tolerance: {success: {min: 50%}}}"
    )


PEER = json.dumps({
    "title": "A benchmark",
    "description": "Breaks nothing.",
    "steady-state-hypothesis": {
        "title": "Healthy",
        "probes": [{
            "type": "probe", "name": "truth", "tolerance": 0,
            "provider": {"type": "process", "path": "true", "timeout": 1},
        }],
    },
    "method": [],
})
