import BERT
import Coordination
import Experiments
import Foundation
import Ledger
import LinearAlgebra
import POSIX
import Results
import Sweep
import Synchronization
import TensorFiles

/// A run directory made ready on rank 0: validated, leased, its ledger open.
final class Preparation: OutcomeRecorder, Sendable {
  let sweep: SweepFile
  let site: Site
  let plan: Plan
  let run: RunDirectory
  let places: [RankPlace]
  let lease: Lease
  private let ledger: Ledger
  private let gathered: GatheredFiles
  private let retries = Mutex<[Identity: Int]>([:])
  private let reasons: Mutex<FailureReasons>
  /// Units that were done and are done again, because files of theirs are gone that others need.
  let lost: [WorkUnit]

  /// Validates everything first, and only then writes.
  ///
  /// - Throws: what is wrong with the sweep, its model or data; `InputError` for a run directory of another sweep or
  ///   processor; `LedgerError` for one that another job uses.
  init(
    _ source: SweepSource, _ site: Site, _ hashes: InputHashes, places: [RankPlace], mpi: String,
    allowOtherProcessor: Bool, retryFailed: Bool, wait: Double
  ) throws {
    (sweep, run, self.site, self.places) = (site.sweep, site.run, site, places)
    let root = run.root
    let survey = try site.survey(program: Version.program, hashes: hashes)
    var inputs = survey.inputs
    let before = try RunRecord.read(from: run)
    if let before {
      try Self.check(source, inputs, against: before, in: run, allowOtherProcessor: allowOtherProcessor)
      // Identities stay those of the run, also where the processor may differ.
      inputs = before.inputs
    } else if let foreign = try Self.foreignFile(in: root) {
      throw InputError(
        "\(root.path) holds \(foreign), which no run writes, and no run.json; choose another --output, or remove the "
          + "folder")
    }
    plan = try Plan(sweep: sweep, inputs: inputs)

    try System.proveWritable(root.path)
    lease = try Self.lease(of: run, waiting: wait)
    // What follows may take longer than a heartbeat lasts: models of gigabytes on a slow disk.
    lease.keepRenewing()
    do {
      try TemporaryFiles.remove(from: run)
      for folder in run.folders(for: plan) { try System.proveWritable(folder.path) }
      ledger = try Ledger(at: run)
      if retryFailed { try ledger.forgetFailures() } else { try ledger.forgetPassingFailures() }
      lost = try RecordedWork(plan, ledger, run).forgetLost()
      reasons = Mutex(try RecordedWork(plan, ledger, run).failureReasons())
      gathered = try GatheredFiles(plan, ledger, keep: sweep.gather.keep)
      try Self.write(source.yaml, to: run.sweepFile)
      try RunRecord(
        inputs: inputs, program: Version.program, mpi: mpi, blas: BLAS.configuration, processor: Processor.name,
        hosts: places.map(\.host), machines: places.machines, model: site.checkpoint.directory.path,
        data: site.data.path, name: sweep.name, classes: survey.classes, notices: survey.notices
      ).write(to: run)
      printNotes(survey.notices)
      try site.prepareModels()
    } catch {
      try? lease.release()
      throw error
    }
  }

  /// The sections of a sweep that may change in its run directory: what is known keeps its values, the rest joins it.
  private static let additions = [
    "variants", "curves", "surfaces", "trajectories", "rollback", "curvature", "probes", "dynamics", "consistency",
    "gather",
  ]

  /// Something in a folder that no run writes; nil for a folder that is empty, new, or was left by a start that did not
  /// get far.
  private static func foreignFile(in folder: URL) throws -> String? {
    guard try System.exists(folder.path) else { return nil }
    return try System.names(in: folder.path).first { !RunDirectory.owns($0) }
  }

  /// The lease of a run directory. The processes of a job that has just lost a rank may outlive its `mpirun` by a moment:
  /// whoever starts it again at once waits for them. After a lost host it takes as long as a heartbeat lasts.
  private static func lease(of run: RunDirectory, waiting seconds: Double) throws -> Lease {
    let start = ContinuousClock.now
    var hasTold = false
    while true {
      do {
        return try Lease.acquire(in: run, job: ProcessInfo.processInfo.environment["SLURM_JOB_ID"])
      } catch LedgerError.leaseHeld(_, let holder) where ContinuousClock.now - start < .seconds(seconds) {
        if !hasTold && ContinuousClock.now - start > .seconds(2) {
          hasTold = true
          standardError(
            "seedscape: \(run.root.path) is in use by \(holder); waiting for it up to \(Int(seconds)) s in all")
        }
        Thread.sleep(forTimeInterval: 0.1)
      }
    }
  }

  /// What differs between the run directory and what is to be run in it.
  private static func check(
    _ source: SweepSource, _ inputs: SweepInputs, against before: RunRecord, in run: RunDirectory,
    allowOtherProcessor: Bool
  ) throws {
    guard try System.exists(run.sweepFile.path) else { throw ResultsError.noRun(path: run.root.path) }
    let path = run.sweepFile.path
    let text = try SweepFile.text(of: System.read(path), path: path)
    var recorded = try SweepFile(yaml: text, path: path, name: before.name)
    var given = try source.parse()
    // Where model and data lie does not matter; what they hold is compared by hash below.
    (recorded.model, recorded.data) = ("", nil)
    (given.model, given.data) = ("", nil)
    var differences = try given.differences(from: recorded).filter { difference in
      !Self.additions.contains { difference.hasPrefix($0) }
    }
    if inputs.model.hash != before.inputs.model.hash {
      differences.append("model: other weights, vocabulary or config")
    }
    for (task, facts) in before.inputs.tasks.sorted(by: { $0.key < $1.key }) {
      guard let now = inputs.tasks[task] else { continue }
      if now.trainHash != facts.trainHash { differences.append("\(task): another training file") }
      if now.devHash != facts.devHash { differences.append("\(task): another dev file") }
    }
    if inputs.environment.program != before.inputs.environment.program {
      differences.append("program: \(before.inputs.environment.program) began, this is \(inputs.environment.program)")
    }
    guard differences.isEmpty else {
      throw InputError(
        "\(run.root.path) is the run of another sweep (\(differences.joined(separator: "; "))); choose another --output, "
          + "or restore what differs")
    }
    let (begun, now) = (before.inputs.environment, inputs.environment)
    guard (begun.blas, begun.blasCore) == (now.blas, now.blasCore) || allowOtherProcessor else {
      throw InputError(
        "\(run.root.path) was begun with \(begun.blas ?? "OpenBLAS") and its \(begun.blasCore) kernels, here it is "
          + "\(now.blas ?? "OpenBLAS") with \(now.blasCore) kernels: last bits would differ; go on there, or accept it with "
          + "--allow-other-processor")
    }
  }

  private static func write(_ text: String, to url: URL) throws {
    let bytes = Array(text.utf8)
    try AtomicFile.write(to: url) { try $0.append(bytes.span.bytes) }
  }

  /// What earlier starts recorded, payloads left out.
  func finished() throws -> [Outcome] {
    let known = Set(plan.units.map(\.id))
    return try ledger.outcomes().filter { known.contains($0.key) }.map { id, stored in
      Outcome(
        unit: id, status: stored.status, measurements: try ledger.measurements(of: id).values, seconds: stored.seconds)
    }
  }

  func record(_ outcomes: [(outcome: Outcome, unit: WorkUnit, rank: Int)]) throws {
    // A job that was stopped for long may have lost it to another.
    try lease.check()
    try ledger.record(
      outcomes.map {
        RecordedOutcome(
          unit: $0.unit, outcome: $0.outcome, attempts: 1 + retries(of: $0.unit.id), rank: $0.rank,
          host: places.indices.contains($0.rank) ? places[$0.rank].host : "unknown")
      })
    reasons.withLock { reasons in
      for (outcome, unit, _) in outcomes {
        if case .failed(let message) = outcome.status { reasons.add(message, unit: unit.name) }
      }
    }
    try gathered.remove(after: outcomes.filter { $0.outcome.status == .done }.map(\.unit))
  }

  /// Why units failed, of this start and earlier ones.
  var failures: [RunStatus.Failures] { reasons.withLock { $0.first } }

  /// Notes that a unit failed and is tried again.
  func noteRetry(of unit: Identity) {
    retries.withLock { $0[unit, default: 0] += 1 }
  }

  private func retries(of unit: Identity) -> Int { retries.withLock { $0[unit, default: 0] } }

  /// Gives the run directory free.
  func close() throws { try lease.release() }
}
