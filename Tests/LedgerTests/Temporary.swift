import Foundation
import Ledger
import Sweep

/// An empty run directory that is removed at the end.
final class TemporaryRun {
  let run: RunDirectory

  init() throws {
    let name = "seedscape-ledger-\(UUID().uuidString)"
    run = RunDirectory(root: FileManager.default.temporaryDirectory.appending(path: name))
    try FileManager.default.createDirectory(at: run.root, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(at: run.root)
  }

  /// The names of its files.
  func files() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: run.root.path).sorted()
  }
}

/// A unit called `name`.
func unit(_ name: String, kind: Work.Kind = .fineTuning) -> WorkUnit {
  let cell = Cell(id: Identity(hex: name), task: name, headSeed: 0, orderSeed: 0)
  let probe = Probe(name: "p", task: name)
  let work: Work =
    kind == .probe
    ? .probe(ProbeWork(model: .final(cell), probe: probe, layers: 0..<1, of: 1, isComplete: false))
    : .fineTuning(FineTuningWork(cell))
  return WorkUnit(
    id: Identity(ofBytes: Array(name.utf8)), work: work, cost: 1, name: name, needs: [], place: .anywhere)
}

/// A record of a unit.
func recorded(
  _ unit: WorkUnit, _ status: Outcome.Status = .done, _ measurements: [String: Double] = [:], payload: [UInt8]? = nil,
  attempts: Int = 1
) -> RecordedOutcome {
  RecordedOutcome(
    unit: unit,
    outcome: Outcome(unit: unit.id, status: status, measurements: measurements, payload: payload, seconds: 2.5),
    attempts: attempts, rank: 3, host: "node7", time: Date(timeIntervalSince1970: 1_700_000_000.125))
}
