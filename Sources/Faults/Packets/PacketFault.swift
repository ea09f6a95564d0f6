public import Model

/// What is done to packets.
public enum Treatment {
  case drop
  /// Each by its own chance.
  case lose(fraction: Double)
  case reject(Rejection)
  /// By a device with queueing disciplines.
  case shape(ShapedWays)
}

/// A network fault on packets: what is done to them is all that it adds.
public protocol PacketFault: NetworkFault {
  var treatment: Treatment { get }
  /// What was asked for, in words, such as `delay 100ms`.
  var request: String { get }
}

/// What faults on packets need.
enum PacketCapabilities {
  /// The first changes rules and devices; the second enters other networks; the others find out whose
  /// connections must go on.
  static let all = ["cap_net_admin", "cap_sys_admin", "cap_sys_ptrace", "cap_dac_read_search"]
  /// The last measures the delays of devices; without it a fault does the same, unmeasured.
  static let delaying = all + ["cap_net_raw"]
}

extension PacketFault {
  public static var capabilities: [String] { PacketCapabilities.all }

  public var shaped: ShapedWays? {
    if case .shape(let shaping) = treatment { return shaping }
    return nil
  }

  public func injection(
    into traffic: Traffic, in setting: NetworkSetting
  ) throws(Refusal) -> Injection {
    let filter = FilterRules(traffic: traffic, step: setting.step)
    let rules: NetworkRules
    switch treatment {
    case .drop: rules = filter.losing()
    case .lose(let fraction):
      rules = filter.losing(where: Traffic.chanceWords(fraction))
    case .reject(let rejection): rules = filter.rules(rejection.statements)
    case .shape(let shaping):
      rules = try ShapingRules(
        traffic: traffic, step: setting.step, neighbours: setting.neighbours, shaping: shaping,
        firstLink: setting.linkCount
      ).rules()
    }
    try Preflight(host: setting.host).check(rules, traffic)
    var injection = rules.injection
    if let remark = shaped?.remark {
      injection.note = [injection.note, remark].compactMap(\.self).joined(separator: "; ")
    }
    return injection
  }

  public func inspect(_ inspection: NetworkInspection, on host: any Host) -> Evidence {
    PacketEvidence(request: request, inspection: inspection, host: host).evidence()
  }
}

extension NetworkRules {
  /// The injection of these rules: the holder ends first, then what it leaves is cleared.
  ///
  /// A server alone leaves nothing, and those who run one without privileges could not look.
  var injection: Injection {
    Injection(
      effects: [.network(self)],
      undo: tables.isEmpty && links.isEmpty ? [.dismiss] : [.clear(objects), .dismiss],
      undoClass: .kernel,
      note: links.isEmpty
        ? nil : "if all of Jenner is killed, an inert device stays until 'jenner recover'")
  }
}
