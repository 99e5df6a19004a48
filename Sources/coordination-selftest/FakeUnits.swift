import Coordination
import FakeUnits
import Foundation
import MPI
import Sweep
import Synchronization

/// The cost of a unit that travels alone.
let dear = 1e12

/// The shape of a sweep: cells, surface points for each cell, probes with payloads, and a unit at rank 0 that combines
/// the probes.
let sweep: [WorkUnit] = {
  let cells = ["a", "b", "c"]
  var units = cells.map { unit("cell \($0)", cost: dear) }
  units += cells.flatMap { cell in (0..<30).map { unit("point \(cell) \($0)", needs: ["cell \(cell)"], cost: 1e6) } }
  units += cells.map { unit("probe \($0)", needs: ["cell \($0)"], cost: 1e10) }
  units.append(unit("consistency", needs: cells.map { "probe \($0)" }, at: .root, cost: dear))
  return units
}()

/// What a plain loop gets; a probe's payload has some MiB.
func result(of unit: WorkUnit, _ inputs: Inputs) -> (measurements: [String: Double], payload: [UInt8]?) {
  values(of: unit, inputs) { unit.name.hasPrefix("probe") ? 3 << 20 + Int($0 >> 55) : Int($0 >> 52) }
}

/// Keeps outcomes in memory, and reads the processor time of the coordinator's thread.
final class MemoryLedger: OutcomeRecorder, ProgressObserver {
  private let state = Mutex<(outcomes: [Outcome], processorSeconds: [Double])>(([], []))

  func record(_ outcomes: [(outcome: Outcome, unit: WorkUnit, rank: Int)]) {
    state.withLock { $0.outcomes += outcomes.map(\.outcome) }
  }

  func observe(_ progress: JobProgress) {
    state.withLock { $0.processorSeconds.append(secondsOfProcessor(CLOCK_THREAD_CPUTIME_ID)) }
  }

  func willRetry(_ unit: WorkUnit, rank: Int, message: String) {}

  var outcomes: [Outcome] { state.withLock { $0.outcomes } }

  /// Processor time of the coordinator's thread between the first reading and the last.
  var coordinatorSeconds: Double {
    state.withLock { state in (state.processorSeconds.last ?? 0) - (state.processorSeconds.first ?? 0) }
  }
}

/// How a job ended on this rank.
struct End {
  let summary: Result<Summary, any Error>
  /// The recorded outcomes, at rank 0.
  let ledger: MemoryLedger
}

extension SelfTest {
  /// Runs a job on all ranks.
  static func run(
    _ units: [WorkUnit], finished: [Outcome] = [], retries: Int = 0, on all: Communicator, stop: StopSignal,
    runner: UnitRunner
  ) throws -> End {
    let job = try Job(on: all, stop: stop)
    let ledger = MemoryLedger()
    let summary = Result {
      try all.rank == 0
        ? job.coordinate(
          units, finished: finished, retries: retries, recorder: ledger, observer: ledger, runner: runner)
        : job.work(runner: runner)
    }
    return End(summary: summary, ledger: ledger)
  }
}

/// Processor time of a thread or a process, in seconds.
func secondsOfProcessor(_ clock: clockid_t) -> Double {
  var time = timespec()
  guard clock_gettime(clock, &time) == 0 else { return .nan }
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}
