extension BadInput {
  /// Network faults that can't be meant.
  static let traffic = [
    fault(
      "an exception of all", "blackhole", "to: 10.0.0.0/24, except: 10.0.0.0/16",
      from: "10.0.0.0/16",
      says: "'except' leaves nothing of the traffic", cure: "except less"),
    fault(
      "port 70000", "blackhole", "to: 10.0.0.1, port: 70000", from: "70000",
      says: "70000 is not a port", cure: "from 1 to 65535"),
    fault(
      "a range that ends before it begins", "blackhole", "to: 10.0.0.1, port: 80-70", from: "80-70",
      says: "ends before it begins", cure: "write 70-80"),
    fault(
      "half an address", "blackhole", "to: 10.0.0.300", from: "10.0.0.300",
      says: "'10.0.0.300' is not an address", cure: "such as 10.0.0.2"),
    fault(
      "more than all packets", "blackhole", "to: 10.0.0.1, percent: 120%", from: "120%",
      says: "'120%' is not a percentage", cure: "from 0% to 100%"),
    fault(
      "two owners", "blackhole", "to: 10.0.0.1, user: shop, cgroup: /shop", from: "/shop",
      says: "'user' and 'cgroup' at once", cure: "keep one"),
    fault(
      "one group", "partition", "between: [[10.0.0.1]]", from: "[[10.0.0.1]]",
      says: "'between' names two groups", cure: "write [[a, b], [c]]"),
    fault(
      "a place without a name", "blackhole", "to: 10.0.0.1, inside: {}", from: "{}}",
      says: "'inside' names one of", cure: "netns, container, pid"),
    fault(
      "a loss of more than all", "loss", "to: 10.0.0.1", with: "percent: 120%", from: "120%",
      says: "'120%' is not a percentage", cure: "from 0% to 100%"),
    fault(
      "a burst that never ends", "loss", "to: 10.0.0.1", with: "gemodel: {p: 1%, r: 0%}",
      from: "{gemodel", says: "a burst that has begun would never end",
      cure: "give r a share above zero"),
    fault(
      "a loss of nothing", "loss", "to: 10.0.0.1", with: "percent: 0%", from: "0%}, for",
      says: "less than 0.0001% of the packets with loss is none", cure: "give at least 0.0001%"),
    fault(
      "no delay at all", "latency", "to: 10.0.0.1", with: "delay: 0s", from: "0s}",
      says: "a duration of zero", cure: "write one above zero"),
    fault(
      "no bandwidth at all", "bandwidth", "to: 10.0.0.1", with: "rate: 0mbit", from: "0mbit",
      says: "'0mbit' is not a rate", cure: "such as 10mbit"),
    fault(
      "an unknown profile", "link", "to: 10.0.0.1", with: "profile: 3gg", from: "3gg",
      says: "'3gg' is no network profile", cure: "did you mean '3g'?"),
    fault(
      "a fault that can't flap", "flap", "to: 10.0.0.1",
      with: "fault: network.flap, down: 1s, up: 1s",
      from: "network.flap, down", says: "'network.flap' is no network fault that could come and go",
      cure: "did you mean"),
    fault(
      "no group", "partition", "between: []", from: "[]}",
      says: "'between' names two groups, not 0", cure: "write [[a, b], [c]]"),
    fault(
      "groups of different families", "partition", "between: [[10.0.0.1], ['fd00::1']]",
      from: "{between", says: "no packet can be all of this", cure: "one family at both ends"),
    fault(
      "an exception of the one client", "blackhole", "from: 10.0.0.1, except: 10.0.0.1",
      from: "10.0.0.1}", says: "'except' leaves nothing of the traffic", cure: "except less"),
    fault(
      "an exception of the one port", "blackhole",
      "to: 10.0.0.1, port: 80, except: {port: 1-65535}", from: "{port: 1-",
      says: "'except' leaves nothing of the traffic", cure: "except less"),
    fault(
      "an exception of the one name", "blackhole", "to: db.internal, except: DB.internal",
      from: "DB.internal", says: "'except' leaves nothing of the traffic", cure: "except less"),
    fault(
      "less than one packet in a million", "blackhole", "to: 10.0.0.1, percent: 0.00001%",
      from: "0.00001%", says: "less than 0.0001% of the traffic is none of it",
      cure: "at least 0.0001%"),
    fault(
      "the port of a name server in the wrong place", "dns", "port: 5353",
      with: "fail: refused", from: "5353",
      says: "the ports of queries are those of the name servers", cure: "write 'servers:"),
    fault(
      "a name server without a port", "dns", "to: 10.0.0.2",
      with: "fail: refused, servers: '10.0.0.2:0'", from: "'10.0.0.2:0'",
      says: "port 0 is nobody's", cure: "port 53"),
    fault(
      "datagrams for a proxy of connections", "connection.reset", "to: 10.0.0.1, protocol: udp",
      from: "udp", says: "is about connections of TCP, not udp", cure: "leave 'protocol' out"),
    fault(
      "traffic for a proxy that listens", "connection.reset", "to: 10.0.0.1",
      with: "listen: '127.0.0.1:81', upstream: '127.0.0.1:80'", from: "{to",
      says: "connections are made to the proxy itself", cure: "leave 'listen'"),
    fault(
      "a shape and peers", "partition", "to: 10.0.0.1", with: "shape: half", from: "10.0.0.1",
      says: "the shape says who is separated", cure: "leave one of them out"),
    fault(
      "a link that flaps faster than anybody can", "flap", "to: 10.0.0.1",
      with: "down: 1ns, up: 1s", from: "1ns", says: "1ns is too short", cure: "at least 50ms"),
  ]

  private static func fault(
    _ name: String, _ kind: String, _ traffic: String, with parameters: String? = nil,
    from wrong: String, says: String, cure: String
  ) -> BadInput {
    var experiment = sound
    experiment.method = [
      "{fault: \(kind.contains(".") ? kind : "network.\(kind)"), traffic: {\(traffic)}"
        + (parameters.map { ", with: {\($0)}" } ?? "") + ", for: 5s}"
    ]
    return BadInput(name, experiment, from: wrong, says: says, cure: cure)
  }
}
