import Coordination
import Diagnostics
import Sweep
import Synchronization

/// The name of a unit decides what it does in these tests; its work is never used.
private let someWork = Work.similarity(
  Comparison(kind: .seeds, models: [], probe: Probe(name: "none", task: "none")), [])

/// A unit whose identity is its name.
func unit(
  _ name: String, needs: [String] = [], at place: WorkUnit.Place = .anywhere, cost: Double = 1
) -> WorkUnit {
  WorkUnit(
    id: Identity(hex: name), name: name, work: someWork, needs: needs.map { Identity(hex: $0) }, place: place,
    cost: cost)
}

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

/// A result that depends on the unit's name and on every bit of its inputs. Sometimes it is not finite.
func result(of unit: WorkUnit, _ inputs: Inputs) -> UnitResult {
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
  let payload = (0..<Int(state >> 54)).map { UInt8(truncatingIfNeeded: state >> UInt64($0 % 57)) }
  return .done(
    measurements: ["value": Double(state >> 11) / 3, "odd": odd], payload: unit.place == .root ? nil : payload)
}

/// An error that ends a job.
struct Fatal: ProgramError, Equatable {
  var exitStatus = ExitStatus.inputOutput
  var description: String { "fatal \(exitStatus.rawValue)" }
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
