public import ArgumentParser
import Coordination
import Diagnostics
import Experiments
import Foundation
import MPI
public import Progress
import Sweep

struct Run: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Does what is missing of a sweep; run it again to resume.",
    discussion: """
      mpirun -n N seedscape run SWEEP.yaml uses N ranks; without mpirun it is one. The same command goes on after any \
      end, on any number of ranks. SIGUSR1 (to mpirun or to any rank) saves what is under way and ends with 75; without \
      mpirun so do Ctrl-C and TERM. With mpirun these two leave the ranks about a second: what is lost then is the work \
      since a cell's last saved state, which is a minute or so.

      Example: mpirun -n 4 seedscape run jobs/sweeps/minute.yaml
      """)

  @OptionGroup var options: SweepOptions

  @Option(
    help: .init("The run directory. (default: runs/NAME, the sweep's name)", valueName: "dir"), completion: .directory)
  var output: String?

  @Flag(help: "Try failed units, and those that need them, again.")
  var retryFailed = false

  @Flag(help: "Resume although another kind of CPU began: last bits may then differ between units.")
  var allowOtherProcessor = false

  @Option(
    help: .init(
      """
      How to tell how far it is: bar, on standard error; log, a line there now and then; json, one object a line on \
      standard output; none, nothing but errors; auto, bar on a terminal and otherwise log.
      """, valueName: "mode"))
  var progress = ProgressMode.auto

  func run() throws {
    let stop = try StopSignal.catchingSignals()
    let world = try World()
    let communicator = world.communicator
    let code: Int32
    do {
      code =
        world.rank == 0
        ? try lead(communicator, world.libraryVersion, world.host, stop) : try follow(communicator, world.host, stop)
    } catch {
      // The other ranks may be waiting for this one.
      World.abort(
        code: ExitStatus(error).rawValue, because: "seedscape: rank \(world.rank): \(ExitStatus.message(error))")
    }
    try world.finalize()
    if code != 0 { throw ExitCode(code) }
  }

  /// How rank 0 opens the job to the others.
  private enum Opening: Codable {
    /// There is nothing to do together; leave with this code.
    case leave(code: Int32)
    /// The sweep and its run directory.
    case start(SweepSource, run: String)
  }

  /// Rank 0: prepares, tells the others, hands out, ends.
  ///
  /// - Throws: only what leaves the other ranks waiting.
  private func lead(
    _ communicator: Communicator, _ mpi: String, _ host: String, _ stop: StopSignal
  ) throws -> Int32 {
    let places = try (communicator.gather(RankPlace(host: host).encoded(), to: 0) ?? []).map { try RankPlace($0) }
    let preparation: Preparation
    let source: SweepSource
    do {
      source = try options.read()
      preparation = try Preparation(
        source, output: output, places: places, mpi: mpi,
        allowOtherProcessor: allowOtherProcessor, retryFailed: retryFailed)
    } catch {
      standardError("seedscape: \(ExitStatus.message(error))")
      let code = ExitStatus(error).rawValue
      try tell(.leave(code: code), communicator)
      return code
    }
    try tell(.start(source, run: preparation.run.root.path), communicator)
    let display = ProgressDisplay(preparation, progress)
    do {
      display.begin()
      let job = try Job(on: communicator, stop: stop)
      let worker = UnitWorker(preparation.site) { try preparation.payload(of: $0) }
      let summary = try job.coordinate(
        preparation.plan.units, finished: try preparation.finished(), retries: preparation.sweep.onFailure.retries,
        recorder: preparation, observer: display, runner: runner(worker))
      try display.end(summary)
      try preparation.close()
      return summary.exitCode
    } catch {
      if let error = error as? CoordinationError, case .channelBroken = error { throw error }
      standardError("seedscape: \(ExitStatus.message(error))")
      display.fail()
      // The error that ended the job is the one to tell; a lease that stays is free once this process has gone.
      try? preparation.close()
      return ExitStatus(error).rawValue
    }
  }

  private func tell(_ opening: Opening, _ communicator: Communicator) throws {
    var bytes = [UInt8](try JSONEncoder().encode(opening))
    try communicator.broadcast(&bytes, from: 0)
  }

  /// Every other rank.
  private func follow(_ communicator: Communicator, _ host: String, _ stop: StopSignal) throws -> Int32 {
    _ = try communicator.gather(RankPlace(host: host).encoded(), to: 0)
    var bytes: [UInt8] = []
    try communicator.broadcast(&bytes, from: 0)
    switch try JSONDecoder().decode(Opening.self, from: Data(bytes)) {
    case .leave(let code): return code
    case .start(let source, let root):
      let site = try Site(
        try source.parse(), in: source.folderURL,
        run: RunDirectory(root: URL(filePath: root, directoryHint: .isDirectory)))
      let worker = UnitWorker(site) { throw ExperimentError.missingInput(unit: $0.short, what: "rank 0's files") }
      return try Job(on: communicator, stop: stop).work(runner: runner(worker)).exitCode
    }
  }

  /// Units of the plan as the coordination wants them run.
  private func runner(_ worker: UnitWorker) -> UnitRunner {
    { unit, inputs, context in
      let result = try worker.run(
        unit, inputs: inputs,
        context: UnitWorker.Context(shouldStop: { context.shouldStop }, report: { context.report(fraction: $0) }))
      return switch result {
      case .done(let measurements, let payload): .done(measurements: measurements, payload: payload)
      case .interrupted: .interrupted
      }
    }
  }
}

extension ProgressMode: ExpressibleByArgument {}
