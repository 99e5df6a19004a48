internal import Foundation
public import MPI
public import Sweep
internal import Synchronization

/// One job on all its ranks. Rank 0 knows the plan and calls
/// ``coordinate(_:finished:retries:recorder:observer:runner:)``; every other rank calls ``work(runner:)``. All ranks do
/// units and get the same summary.
///
/// ```swift
/// let job = try Job(on: world.communicator, stop: .catchingSignals())
/// let summary =
///   try world.rank == 0
///   ? job.coordinate(units, finished: done, recorder: ledger, observer: status, runner: runner)
///   : job.work(runner: runner)
/// ```
///
/// The job has its own communicator, so other messages between the ranks do not disturb it.
public struct Job {
  /// Nil if this rank is alone.
  private let communicator: Communicator?
  private let stop: StopSignal

  /// Collective, unless there is no MPI.
  ///
  /// - Parameters:
  ///   - communicator: the ranks of the job; nil without MPI.
  ///   - stop: ends the job early. If it is raised on any rank, all ranks stop.
  /// - Throws: `MPIError`.
  public init(on communicator: Communicator?, stop: StopSignal) throws {
    self.communicator = try communicator.flatMap { $0.size > 1 ? try $0.duplicate() : nil }
    self.stop = stop
  }

  /// Rank 0's part: hands out all unfinished units from a separate thread, and does units itself on the calling thread.
  ///
  /// - Parameters:
  ///   - units: the plan, in its order.
  ///   - finished: outcomes of earlier runs, without payloads. Failed units listed here are not tried again; leave them
  ///     out to retry them.
  ///   - retries: how often a failed unit is tried again, at least 0.
  ///   - recorder: records outcomes; called on another thread.
  ///   - observer: is told about progress; called on another thread.
  ///   - runner: does a unit.
  /// - Returns: how the job ended, if no error ended it.
  /// - Throws: what ended the job: ``CoordinationError`` for a plan that cannot be carried out, an error of the
  ///   recorder or the observer, or an input or output error of a runner on any rank. The other ranks have returned or
  ///   soon will, except after ``CoordinationError/channelBroken(reason:)``: then the job must be aborted.
  public func coordinate(
    _ units: [WorkUnit], finished: [Outcome], retries: Int = 0, recorder: any OutcomeRecorder,
    observer: any ProgressObserver, runner: UnitRunner
  ) throws -> Summary {
    precondition(communicator.map { $0.rank == 0 } ?? true, "rank 0 coordinates")
    let local = LocalChannel(ranks: 1)
    let result = Mutex<Result<Summary, any Error>>(.failure(CancellationError()))
    let ended = DispatchSemaphore(value: 0)
    let thread = Thread { [communicator, stop] in
      let channel: any CoordinatorChannel = communicator.map { MPICoordinatorChannel($0, local: local) } ?? local
      let statuses = Dictionary(finished.map { ($0.unit, $0.status) }) { _, last in last }
      let plan = Result { try Schedule(units: units, finished: statuses, retries: retries, ranks: channel.ranks) }
      var coordinator = Coordinator(
        plan, finished: finished, channel: channel, recorder: recorder, observer: observer, stop: stop)
      let end = Result { try coordinator.run() }
      result.withLock { $0 = end }
      ended.signal()
    }
    thread.name = "coordinator"
    thread.start()
    _ = try Worker(channel: local.worker(0), stop: stop).run(runner)
    ended.wait()
    return try result.withLock { try $0.get() }
  }

  /// Every other rank's part: does units until there are no more.
  ///
  /// - Parameter runner: does a unit.
  /// - Returns: how the job ended, also if it ended with an error, which rank 0 throws.
  /// - Throws: an error outside units. Rank 0 would then wait for this rank forever, so the job must be aborted.
  public func work(runner: UnitRunner) throws -> Summary {
    guard let communicator, communicator.rank > 0 else { preconditionFailure("rank 0 coordinates") }
    return try Worker(channel: MPIWorkerChannel(communicator: communicator), stop: stop).run(runner)
  }
}
