import Model
import Verdict

extension RunMachine {
  /// Whether ticks are started: from the baseline until everything is over.
  var isObserving: Bool {
    switch phase {
    case .idle, .readingState, .preparing, .ending, .certifying, .settling, .finished: false
    default: !schedules.isEmpty
    }
  }

  /// Starts the fixed schedule of every probe at this instant.
  mutating func startSchedules() {
    schedules = specification.experiment.hypothesis.probes.map {
      ProbeSchedule(every: $0.every, timeout: $0.probe.timeout, origin: now)
    }
    watchesOfStop = specification.experiment.stopConditions.map { ConditionWatch($0) }
    let watched = Set(SilenceWatch.probes(of: specification.experiment).map(\.name.text))
    for (index, probe) in specification.experiment.hypothesis.probes.enumerated()
    where watched.contains(probe.name.text) {
      silence[index] = SilenceWatch(probe, since: seconds(now))
    }
  }

  /// Starts every tick that is due.
  mutating func tickProbes() {
    guard isObserving else { return }
    for index in schedules.indices {
      while let tick = schedules[index].take(at: now) {
        switch tick {
        case .start(let due): observe(index, scheduled: seconds(due))
        case .missed(let due, let reason):
          series[index].appendMissed(scheduled: seconds(due), reason: reason)
          if let sample = series[index].samples.last { watch(sample, of: index) }
        }
      }
    }
  }

  private mutating func observe(_ index: Int, scheduled: Double) {
    underWay[index].insert(scheduled)
    guard let host = specification.experiment.hypothesis.probes[index].host?.text else {
      effects.append(.observe(probe: index, scheduled: scheduled))
      return
    }
    guard agents[host]?.state == .connected else {
      take(.noData("the agent on \(host) was lost"), of: index, scheduled: scheduled)
      return
    }
    ask(
      .observe(probe: index), of: host, as: .observe(probe: index, scheduled: scheduled))
  }

  /// A sample has come in: it is kept, and everything that waits for samples sees it.
  mutating func take(_ observation: Observation, of index: Int, scheduled: Double) {
    guard schedules.indices.contains(index) else { return }
    schedules[index].finish()
    underWay[index].remove(scheduled)
    let redacted = specification.redaction.apply(to: observation)
    series[index].append(redacted, scheduled: scheduled)
    if let sample = series[index].samples.last { watch(sample, of: index) }
  }

  private mutating func watch(_ sample: Sample, of index: Int) {
    let name = series[index].probe
    if let reason = silence[index]?.add(sample), isBreakable { stop(reason, ended: .stopped) }
    let conditions = specification.experiment.stopConditions
    for place in watchesOfStop.indices where conditions[place].condition.probe.text == name {
      guard let firing = watchesOfStop[place].add(sample) else { continue }
      fire(conditions[place], firing)
    }
    for step in steps.indices {
      for place in steps[step].expectations.indices
      where steps[step].expectations[place].probe == name {
        if let outcome = steps[step].expectations[place].watch.add(sample) {
          decide(step, place, outcome)
        }
      }
    }
    recovery?.add(sample, of: index)
  }

  private mutating func fire(_ condition: StopCondition, _ firing: ConditionWatch.Firing) {
    guard isBreakable, stopReason == nil else { return }
    tell("stop.fired", firing.text)
    guard phase == .method else {
      refuse("a stop condition is met before anything was broken: \(condition.shown)")
      return
    }
    record.checks.append(firing.check)
    stop("stop condition fired: \(condition.shown)", ended: .stopped)
  }

  /// Whether the run can still be stopped: it has begun to observe and has not begun to undo.
  var isBreakable: Bool {
    switch phase {
    case .baseline, .settlingBaseline, .arming, .method: true
    default: false
    }
  }
}
