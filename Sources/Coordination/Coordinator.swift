internal import Diagnostics
internal import MPI
package import Sweep

/// Hands out units to idle ranks, records their outcomes, and ends the job. Only the coordinator knows the plan and the
/// ledger.
///
/// At the end every worker asks for work and gets no answer until all have asked. Then no unit is running and no
/// message is in flight. There are no collectives, and the only message the coordinator ever waits for is the payload
/// that follows an outcome.
package struct Coordinator {
  /// How long outcomes are collected before they are recorded together.
  private static let recordInterval = Duration.milliseconds(500)
  /// The most bytes of payloads that are collected before they are recorded.
  private static let recordBytes = 64 << 20
  /// How often the observer is called.
  private static let observeInterval = Duration.seconds(1)

  private struct Running {
    let unit: WorkUnit
    let rank: Int
    let since: ContinuousClock.Instant
    var fraction = 0.0
  }

  private let channel: any CoordinatorChannel
  private let recorder: any OutcomeRecorder
  private let observer: any ProgressObserver
  private let stop: StopSignal
  private let clock = ContinuousClock()

  private var schedule: Schedule
  /// Measurements of finished units that other units need.
  private var inputs: Inputs = [:]
  /// The units that are handed out.
  private var running: [Identity: Running] = [:]
  /// The ranks that have asked and have no answer yet, in the order in which they asked.
  private var idle: [Int] = []

  /// Outcomes not recorded yet, in order of arrival. The first arrived at `collectedSince`.
  private var collected: [(outcome: Outcome, unit: WorkUnit, rank: Int)] = []
  private var collectedBytes = 0
  private var collectedSince: ContinuousClock.Instant
  private var lastObservation: ContinuousClock.Instant
  private let start: ContinuousClock.Instant
  /// What this job has done, by phase.
  private var clocks: [Phase: PhaseClock] = [:]

  /// Why the job ends early; nil while work is handed out.
  private var ending: Summary.Ending?
  /// The error, if one ended the job.
  private var failure: (any Error)?
  /// Whether recorder and observer may still be called. After one of them throws, the run directory may belong to
  /// another job.
  private var canWrite = true

  /// - Parameters:
  ///   - plan: the schedule, or the error that prevented one; then the workers are told to end.
  ///   - finished: outcomes of earlier runs, whose measurements serve as inputs.
  ///   - channel: the connection to the workers.
  ///   - recorder: records outcomes.
  ///   - observer: is told about progress.
  ///   - stop: this process's signals.
  package init(
    _ plan: Result<Schedule, any Error>, finished: [Outcome], channel: any CoordinatorChannel,
    recorder: any OutcomeRecorder, observer: any ProgressObserver, stop: StopSignal
  ) {
    self.channel = channel
    self.recorder = recorder
    self.observer = observer
    self.stop = stop
    start = clock.now
    collectedSince = start
    lastObservation = start
    switch plan {
    case .success(let schedule):
      self.schedule = schedule
    case .failure(let error):
      schedule = .empty
      canWrite = false
      failure = error
      ending = .failed(ExitStatus(error))
    }
    for outcome in finished where outcome.status == .done { keepIfNeeded(outcome) }
  }

  /// Runs until all workers have been told to end.
  ///
  /// - Returns: how the job ended.
  /// - Throws: the error that ended the job, which all workers have been told; or
  ///   ``CoordinationError/channelBroken(reason:)``.
  package mutating func run() throws -> Summary {
    let summary: Summary
    do {
      summary = try coordinate()
    } catch {
      // Rank 0's own worker can always be told, so that its main thread sees the error. For the other ranks this may
      // fail.
      let summary = Summary(.failed(ExitStatus(error)), schedule.counts)
      for rank in 0..<channel.ranks {
        try? channel.send(.stop, to: rank)
        try? channel.send(.end(summary), to: rank)
      }
      throw CoordinationError.channelBroken(reason: "\(error)")
    }
    if let failure { throw failure }
    return summary
  }

  /// - Throws: only errors of the channel.
  private mutating func coordinate() throws -> Summary {
    let polling = Polling.coordinator
    var waited = Duration.zero
    collect(schedule.blockedAtStart, rank: 0)
    try observe()
    while idle.count < channel.ranks || !(schedule.isFinished || ending != nil) {
      if let (rank, message) = try channel.poll() {
        waited = .zero
        try take(message, from: rank)
      } else {
        let pause = polling.pause(after: waited)
        channel.wait(upTo: pause)
        waited += pause
      }
      if let signal = stop.signal { try endEarly(.interrupted(signal: signal)) }
      try handOut()
      if clock.now - collectedSince >= Self.recordInterval || collectedBytes >= Self.recordBytes { try record() }
      if clock.now - lastObservation >= Self.observeInterval { try observe() }
    }
    try record()
    try observe()
    let summary = Summary(finalEnding, schedule.counts)
    for rank in idle { try channel.send(.end(summary), to: rank) }
    try channel.finish()
    return summary
  }

  private mutating func take(_ message: WorkerMessage, from rank: Int) throws {
    switch message {
    case .ask: idle.append(rank)
    case .outcome(let outcome): try take(outcome, from: rank)
    case .progress(let unit, let fraction): running[unit]?.fraction = fraction
    case .signalled(let signal): try endEarly(.interrupted(signal: signal))
    case .fatal(let error): try fail(error)
    }
  }

  private mutating func take(_ outcome: Outcome, from rank: Int) throws {
    let final: [Outcome]
    do { final = try schedule.record(outcome) } catch { return try fail(error) }
    guard let unit = running.removeValue(forKey: outcome.unit)?.unit else { return }
    let (now, cost) = (seconds, outcome.status == .done ? unit.cost : nil)
    clocks[unit.phase]?.end(at: now, cost: cost)
    if outcome.status == .done { keepIfNeeded(outcome) }
    if case .failed(let message) = outcome.status, final.isEmpty {
      observer.willRetry(unit, rank: rank, message: message)
    }
    collect(final, rank: rank)
  }

  /// Answers the ranks that have asked, as long as units are ready.
  private mutating func handOut() throws {
    guard ending == nil else { return }
    if schedule.hasReadyRootUnit && idle.contains(0) {
      // This unit reads the files of the units it needs, so these must be on disk.
      try record()
      guard ending == nil else { return }
    }
    var stillIdle: [Int] = []
    for rank in idle {
      let units = schedule.next(for: rank == 0 ? .root : .anywhere)
      guard !units.isEmpty else {
        stillIdle.append(rank)
        continue
      }
      var inputs: Inputs = [:]
      for unit in units {
        let now = seconds
        running[unit.id] = Running(unit: unit, rank: rank, since: clock.now)
        clocks[unit.phase, default: PhaseClock()].begin(at: now)
        for need in unit.needs { inputs[need] = self.inputs[need] }
      }
      try channel.send(.work(units, inputs), to: rank)
    }
    idle = stillIdle
  }

  private mutating func keepIfNeeded(_ outcome: Outcome) {
    if schedule.needed.contains(outcome.unit) { inputs[outcome.unit] = outcome.measurements }
  }

  // MARK: - Writing

  private mutating func collect(_ outcomes: [Outcome], rank: Int) {
    if collected.isEmpty { collectedSince = clock.now }
    for outcome in outcomes {
      guard let unit = schedule.unit(outcome.unit) else { continue }
      collected.append((outcome, unit, rank))
      collectedBytes += outcome.payload?.count ?? 0
    }
  }

  private mutating func record() throws {
    guard !collected.isEmpty && canWrite else { return }
    do { try recorder.record(collected) } catch { try failWriting(error) }
    collected = []
    collectedBytes = 0
  }

  private mutating func observe() throws {
    guard canWrite else { return }
    lastObservation = clock.now
    do { try observer.observe(progress) } catch { try failWriting(error) }
  }

  private mutating func failWriting(_ error: any Error) throws {
    canWrite = false
    try fail(error)
  }

  /// Since the start of the job.
  private var seconds: Double { (clock.now - start) / .seconds(1) }

  private var progress: JobProgress {
    let (now, seconds, phases) = (clock.now, seconds, schedule.phases)
    let parts = Dictionary(grouping: running.values) { $0.unit.phase }.mapValues { units in
      units.map { (cost: $0.unit.cost, fraction: $0.fraction) }
    }
    let costOfParts = running.values.reduce(0) { $0 + $1.unit.cost * $1.fraction }
    let units = running.values.map {
      JobProgress.RunningUnit(
        unit: $0.unit, rank: $0.rank, fraction: $0.fraction, seconds: (now - $0.since) / .seconds(1))
    }
    return JobProgress(
      counts: schedule.counts,
      phases: phases.map {
        PhaseProgress($0, clocks[$0.phase] ?? PhaseClock(), running: parts[$0.phase] ?? [], at: seconds)
      },
      running: units.sorted { ($0.rank, $0.unit.name) < ($1.rank, $1.unit.name) }, seconds: seconds,
      costDone: clocks.values.reduce(0) { $0 + $1.cost } + costOfParts,
      costRemaining: max(0, schedule.remainingCost - costOfParts), costTotal: phases.reduce(0) { $0 + $1.cost })
  }

  // MARK: - Ending

  /// Stops handing out units and asks running ones to stop. The first reason is kept.
  private mutating func endEarly(_ reason: Summary.Ending) throws {
    guard ending == nil else { return }
    ending = reason
    for rank in 0..<channel.ranks where !idle.contains(rank) { try channel.send(.stop, to: rank) }
    try record()
  }

  /// The same because of an error, which takes precedence over a signal. The first error is kept.
  private mutating func fail(_ error: any Error) throws {
    guard failure == nil else { return }
    failure = error
    try endEarly(.failed(ExitStatus(error)))
  }

  private var finalEnding: Summary.Ending {
    if let failure { return .failed(ExitStatus(failure)) }
    // If everything was done when the signal came, nothing was interrupted.
    return schedule.isFinished ? .finished : ending ?? .finished
  }
}
