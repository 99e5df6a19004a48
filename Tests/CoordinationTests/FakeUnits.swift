import Coordination
import Diagnostics
import FakeUnits
import Sweep
import Synchronization

extension Outcome {
  /// An outcome of the unit with this name.
  init(_ name: String, _ status: Status) {
    self.init(unit: Identity(hex: name), status: status)
  }
}

/// The shape of a sweep: cells, axes and points of a surface for each, probes, and a unit at rank 0 that combines them.
let sweep: [WorkUnit] = {
  let cells = ["a", "b", "c"]
  var units = cells.map { unit("cell \($0)", cost: 1e10) }
  units += cells.map { unit("axes \($0)", needs: ["cell \($0)"], cost: 1e6) }
  units += cells.flatMap { cell in
    (0..<12).map { unit("point \(cell) \($0)", needs: ["cell \(cell)", "axes \(cell)"], cost: 1e6) }
  }
  units += cells.map { unit("probe \($0)", needs: ["cell \($0)"], cost: 1e8) }
  units.append(unit("consistency", needs: cells.map { "probe \($0)" }, at: .root, cost: 1e9))
  return units
}()

/// What a plain loop gets.
func result(of unit: WorkUnit, _ inputs: Inputs) -> UnitResult {
  let (measurements, payload) = values(of: unit, inputs) { Int($0 >> 54) }
  return .done(measurements: measurements, payload: payload)
}

/// Keeps outcomes in memory, and throws at one of its calls.
final class MemoryRecorder: OutcomeRecorder {
  typealias Record = (outcome: Outcome, unit: WorkUnit, rank: Int)

  private struct State {
    var records: [Record] = []
    var calls = 0
  }

  private let state = Mutex(State())
  private let failingCall: Int?

  /// - Parameter failingCall: the number of the call that throws `Fatal()`, from 1.
  init(failingCall: Int? = nil) {
    self.failingCall = failingCall
  }

  func record(_ outcomes: [Record]) throws {
    try state.withLock { state in
      state.calls += 1
      if state.calls == failingCall { throw Fatal() }
      state.records += outcomes
    }
  }

  var records: [Record] { state.withLock { $0.records } }
  var outcomes: [Outcome] { records.map(\.outcome) }
  var calls: Int { state.withLock { $0.calls } }

  /// The recorded units with their statuses.
  var statuses: [String: Outcome.Status] {
    Dictionary(uniqueKeysWithValues: records.map { ($0.unit.name, $0.outcome.status) })
  }

  /// Everything that a ledger would hold and that no clock decides, in a fixed order.
  var contents: [String] {
    outcomes.map { outcome in
      let numbers = outcome.measurements.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.bitPattern)" }
      return "\(outcome.unit) \(outcome.status) \(numbers) \(outcome.payload ?? [])"
    }.sorted()
  }
}

/// Remembers its arguments, and throws at one of its calls.
final class MemoryObserver: ProgressObserver {
  private let seen = Mutex<(progress: [JobProgress], retries: [String])>(([], []))
  private let failingCall: Int?

  /// - Parameter failingCall: the number of the call that throws `Fatal(exitStatus: .interrupted)`, from 1.
  init(failingCall: Int? = nil) {
    self.failingCall = failingCall
  }

  func observe(_ progress: JobProgress) throws {
    try seen.withLock {
      $0.progress.append(progress)
      if $0.progress.count == failingCall { throw Fatal(exitStatus: .interrupted) }
    }
  }

  func willRetry(_ unit: WorkUnit, rank: Int, message: String) {
    seen.withLock { $0.retries.append("\(unit.name): \(message)") }
  }

  var progress: [JobProgress] { seen.withLock { $0.progress } }
  var retries: [String] { seen.withLock { $0.retries } }
}
