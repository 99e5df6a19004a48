import Coordination
import Diagnostics
import Foundation
import MPI
import Sweep
import Synchronization

/// The name of a unit decides what it does; its work is never used.
private let someWork = Work.similarity(
  Comparison(kind: .seeds, models: [], probe: Probe(name: "none", task: "none")), [])

/// A unit whose identity is its name. It is sent alone unless it is cheap.
func unit(
  _ name: String, needs: [String] = [], at place: WorkUnit.Place = .anywhere, cost: Double = 1e12
) -> WorkUnit {
  WorkUnit(
    id: Identity(hex: name), name: name, work: someWork, needs: needs.map { Identity(hex: $0) }, place: place,
    cost: cost)
}

/// The shape of a sweep: cells, surface points for each cell, probes with payloads, and a unit at rank 0 that combines
/// the probes.
let sweep: [WorkUnit] = {
  let cells = ["a", "b", "c"]
  var units = cells.map { unit("cell \($0)") }
  units += cells.flatMap { cell in (0..<30).map { unit("point \(cell) \($0)", needs: ["cell \(cell)"], cost: 1e6) } }
  units += cells.map { unit("probe \($0)", needs: ["cell \($0)"], cost: 1e10) }
  units.append(unit("consistency", needs: cells.map { "probe \($0)" }, at: .root))
  return units
}()

/// A result that depends on the unit's name and on every bit of its inputs. A probe's payload is several MiB long.
func result(of unit: WorkUnit, _ inputs: Inputs) -> (measurements: [String: Double], payload: [UInt8]?) {
  var state: UInt64 = 0xCBF2_9CE4_8422_2325
  func mix(_ value: UInt64) { state = (state ^ value) &* 0x0000_0100_0000_01B3 }
  for byte in unit.name.utf8 { mix(UInt64(byte)) }
  for need in unit.needs {
    for (name, value) in (inputs[need] ?? ["missing": 0]).sorted(by: { $0.key < $1.key }) {
      for byte in name.utf8 { mix(UInt64(byte)) }
      mix(value.bitPattern)
    }
  }
  let odd = [Double.nan, -.infinity, -0.0, .leastNonzeroMagnitude][Int(state >> 62)]
  let count = unit.name.hasPrefix("probe") ? 3 << 20 + Int(state >> 55) : Int(state >> 52)
  let payload = unit.place == .root ? nil : (0..<count).map { UInt8(truncatingIfNeeded: state >> UInt64($0 % 57)) }
  return (["value": Double(state >> 11) / 3, "odd": odd], payload)
}

/// An error that ends a job.
struct Fatal: ProgramError, Equatable {
  var exitStatus = ExitStatus.inputOutput
  var description: String { "fatal \(exitStatus.rawValue)" }
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
