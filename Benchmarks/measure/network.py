"""How long a fault of the network takes to begin, read back, and to end, proved; in a network of its own."""

import os
import statistics

from . import experiments
from .programs import Row, milliseconds

COUNT = 20
LASTING = 0.5

# One for each way in which packets are touched: rules that lose, a device, the proxy, the resolver.
STEPS = {
    "network.partition": "traffic: {to: 127.0.0.1, port: 9}",
    "network.reject": "traffic: {to: 127.0.0.1, port: 9}",
    "network.bandwidth": "traffic: {to: 127.0.0.1, port: 9}, with: {rate: 1mbit}",
    "connection.latency": "traffic: {to: 127.0.0.1, port: 9}, with: {delay: 10ms}",
    "network.dns": "traffic: {to: 127.0.0.1}, with: {fail: name-error, servers: '127.0.0.1:9'}",
}


def measure(programs, options):
    if os.geteuid() != 0:
        yield Row("a network fault: needs root", "not measured")
        return
    # In the network of the run itself nobody's packets are touched.
    own_network = ["unshare", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"]
    for fault, step in STEPS.items():
        times = [once(programs, fault, step, number, own_network) for number in range(COUNT)]
        for what, index in (("from the order to the rules read back", 0), ("from its end to the proof", 1)):
            taken = sorted(time[index] for time in times)
            yield Row(
                f"`{fault}`, {what}, {COUNT} times",
                f"median {milliseconds(statistics.median(taken))}, "
                f"{milliseconds(taken[0])} to {milliseconds(taken[-1])}",
                "50 ms asked", f"{statistics.median(taken) / 0.05:.2f}")


def once(programs, fault, step, number, wrapper):
    """The seconds that one fault took to begin, and to end."""
    method = f"method:\n  - {{fault: {fault}, {step}, for: {int(LASTING * 1000)}ms}}\n"
    text = experiments.observing([experiments.truth("50ms")], "200ms", holds="100ms", more=method)
    reports = f"{fault}-{number}"
    file = programs.write("experiment.yaml", text)
    # Nothing is sent to that port, so the fault was not in force, and the run is inconclusive.
    programs.cost(wrapper + programs.run_arguments(file, reports), expected=(3,))
    at = {event["kind"]: event["at"] for event in programs.record(reports)["events"]}
    begun = at["fault.in-force"]
    return begun - at["fault.injecting"], at["undo.proved"] - begun - LASTING
