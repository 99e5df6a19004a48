internal import Diagnostics
package import Sweep

/// Asks for units, does them one after the other and reports their outcomes, until there are no more.
package final class Worker {
  /// How often to check for messages while a unit runs.
  private static let lookInterval = Duration.milliseconds(50)
  /// How often to report the progress of a unit.
  private static let reportInterval = Duration.seconds(2)

  private let channel: any WorkerChannel
  private let stop: StopSignal
  private let clock = ContinuousClock()
  /// Whether the coordinator asked to stop, or an error on this rank ended the job.
  private var isStopped = false
  /// Whether the coordinator has been told about the signal received here.
  private var hasToldSignal = false
  /// An error of the channel during a unit, where it could not be thrown.
  private var channelError: (any Error)?
  private var lastLook: ContinuousClock.Instant
  private var lastReport: ContinuousClock.Instant

  /// - Parameters:
  ///   - channel: the connection to the coordinator.
  ///   - stop: this process's signals.
  package init(channel: any WorkerChannel, stop: StopSignal) {
    self.channel = channel
    self.stop = stop
    lastLook = clock.now
    lastReport = clock.now
  }

  /// Works until the coordinator ends the job.
  ///
  /// - Parameter runner: does a unit.
  /// - Returns: how the job ended.
  /// - Throws: an error of the channel; the coordinator has then lost this rank.
  package func run(_ runner: (WorkUnit, Inputs, UnitContext) throws -> UnitResult) throws -> Summary {
    try channel.send(.ask)
    while true {
      switch try channel.receive() {
      case .stop:
        // The answer to the request for work is still to come.
        isStopped = true
      case .end(let summary):
        return summary
      case .work(let units, let inputs):
        for unit in units { try channel.send(.outcome(outcome(of: unit, inputs, runner))) }
        try channel.send(.ask)
      }
    }
  }

  /// The outcome of a unit. News that ends the job is sent first, so that the unit is not handed out again.
  private func outcome(of unit: WorkUnit, _ inputs: Inputs, _ runner: UnitRunner) throws -> Outcome {
    let outcome = try shouldStop() ? Outcome(unit: unit.id, status: .interrupted) : run(runner, on: unit, inputs)
    if let channelError { throw channelError }
    if let signal = stop.signal, !hasToldSignal {
      hasToldSignal = true
      try channel.send(.signalled(signal))
    }
    return outcome
  }

  private func run(_ runner: UnitRunner, on unit: WorkUnit, _ inputs: Inputs) throws -> Outcome {
    let start = clock.now
    lastReport = start
    let context = UnitContext(shouldStop: shouldStop) { self.report($0, of: unit.id) }
    do {
      let ownInputs = inputs.filter { unit.needs.contains($0.key) }
      switch try runner(unit, ownInputs, context) {
      case .done(let measurements, let payload):
        return Outcome(
          unit: unit.id, status: .done, measurements: measurements, payload: payload,
          seconds: (clock.now - start) / .seconds(1))
      case .interrupted where shouldStop():
        return Outcome(unit: unit.id, status: .interrupted)
      case .interrupted:
        // If it were handed out again, it would do the same forever.
        return Outcome(unit: unit.id, status: .failed("it stopped early although nothing had asked it to"))
      }
    } catch let error as any ProgramError where error.exitStatus == .inputOutput {
      isStopped = true
      try channel.send(.fatal(error))
      return Outcome(unit: unit.id, status: .interrupted)
    } catch {
      return Outcome(
        unit: unit.id, status: .failed("\(error)"), mayPass: (error as? any ProgramError)?.isCurable ?? false,
        seconds: (clock.now - start) / .seconds(1))
    }
  }

  private func shouldStop() -> Bool {
    if isStopped || channelError != nil || stop.signal != nil { return true }
    let now = clock.now
    guard now - lastLook >= Self.lookInterval else { return false }
    lastLook = now
    do {
      // While a unit runs, the coordinator can only send `stop`.
      isStopped = try channel.poll() != nil
    } catch {
      channelError = error
    }
    return isStopped || channelError != nil
  }

  private func report(_ fraction: Double, of unit: Identity) {
    let now = clock.now
    guard now - lastReport >= Self.reportInterval, channelError == nil else { return }
    lastReport = now
    do { try channel.send(.progress(unit, fraction: fraction)) } catch { channelError = error }
  }
}
