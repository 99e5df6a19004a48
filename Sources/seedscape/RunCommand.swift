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

  @Option(
    help: .init(
      "How long to wait for the end of another job in the run directory. One that died with its host holds it for a minute.",
      valueName: "seconds"))
  var wait = 2.0

  @Flag(help: "Resume although another kind of CPU began: last bits may then differ between units.")
  var allowOtherProcessor = false

  @Option(
    help: .init(
      """
      How to tell how far it is: bar, on standard error; log, a line there now and then; json, one object a line on \
      standard output; none, nothing but notes and errors; auto, bar on a terminal and otherwise log.
      """, valueName: "mode"))
  var progress = ProgressMode.auto

  func validate() throws {
    guard (0...86_400).contains(wait) else { throw ValidationError("--wait is \(wait), expected 0 to 86400 seconds") }
  }

  func run() throws {
    let stop = try StopSignal.catchingSignals()
    let world = try World()
    let code: Int32
    do {
      let agreement = try RankAgreement(world)
      code =
        world.rank == 0
        ? try lead(world.communicator, agreement, world.libraryVersion, stop)
        : try follow(world.communicator, agreement, stop)
    } catch let leave as Leave {
      code = leave.code
    } catch let error as Disagreement {
      // All ranks have come to it; one of them tells.
      if world.rank == 0 { standardError("seedscape: \(error)") }
      code = error.exitStatus.rawValue
    } catch {
      // The other ranks may be waiting for this one.
      World.abort(
        code: ExitStatus(error).rawValue, because: "seedscape: rank \(world.rank): \(ExitStatus.message(error))")
    }
    try world.finalize()
    if code != 0 { throw ExitCode(code) }
  }

  /// What rank 0 tells the others before the job.
  private enum Opening<Value: Codable>: Codable {
    /// There is nothing to do together; leave with this code.
    case leave(code: Int32)
    /// Go on, with this.
    case goOn(Value)
  }

  /// A sweep and its run directory.
  private struct Sweeping: Codable {
    let source: SweepSource
    let run: String
  }

  /// Rank 0 said to leave.
  private struct Leave: Error {
    let code: Int32
  }

  /// Rank 0: prepares, tells the others, hands out, ends.
  ///
  /// - Throws: `Disagreement`, of which all ranks know; else only what leaves the other ranks waiting.
  private func lead(
    _ communicator: Communicator, _ agreement: RankAgreement, _ mpi: String, _ stop: StopSignal
  ) throws -> Int32 {
    func leave(because error: any Error) throws -> Int32 {
      standardError("seedscape: \(ExitStatus.message(error))")
      let code = ExitStatus(error).rawValue
      try tell(Opening<Bool>.leave(code: code), communicator)
      return code
    }
    let source: SweepSource
    let run: RunDirectory
    do {
      source = try options.read()
      let name = try source.parse().name
      run = RunDirectory(root: URL(filePath: output ?? "runs/\(name)", directoryHint: .isDirectory).absoluteURL)
      try run.checkLength()
    } catch { return try leave(because: error) }
    try tell(Opening.goOn(Sweeping(source: source, run: run.root.path)), communicator)
    let (site, hashes) = try look(source, run, agreement)
    let preparation: Preparation
    do {
      preparation = try Preparation(
        source, site, hashes, places: agreement.places, mpi: mpi, allowOtherProcessor: allowOtherProcessor,
        retryFailed: retryFailed, wait: wait)
    } catch { return try leave(because: error) }
    try tell(Opening.goOn(true), communicator)
    do { try agreement.shareFolder(run.root) } catch {
      try? preparation.close()
      throw error
    }
    let display = ProgressDisplay(preparation, progress)
    do {
      display.begin()
      let job = try Job(on: communicator, stop: stop)
      let worker = UnitWorker(preparation.site)
      let summary = try job.coordinate(
        preparation.plan.units, finished: try preparation.finished(), retries: preparation.sweep.onFailure.retries,
        recorder: preparation, observer: display, runner: worker.run)
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

  /// Opens model and data, which all ranks must see alike. Collective.
  private func look(
    _ source: SweepSource, _ run: RunDirectory, _ agreement: RankAgreement
  ) throws -> (site: Site, hashes: InputHashes) {
    var opened: Site?
    let hashes = try agreement.hashes {
      let site = try Site(try source.parse(), in: source.folderURL, run: run)
      opened = site
      return try site.inputFiles()
    }
    // Without a site there is no agreement.
    guard let opened else { throw InputError("model and data could not be opened") }
    return (opened, hashes)
  }

  /// Every other rank.
  private func follow(
    _ communicator: Communicator, _ agreement: RankAgreement, _ stop: StopSignal
  ) throws -> Int32 {
    let sweeping: Sweeping = try hear(communicator)
    let run = RunDirectory(root: URL(filePath: sweeping.run, directoryHint: .isDirectory))
    let (site, _) = try look(sweeping.source, run, agreement)
    // The run directory is ready.
    let _: Bool = try hear(communicator)
    try agreement.shareFolder(run.root)
    let worker = UnitWorker(site)
    return try Job(on: communicator, stop: stop).work(runner: worker.run).exitCode
  }

  private func tell(_ opening: Opening<some Codable>, _ communicator: Communicator) throws {
    var bytes = [UInt8](try JSONEncoder().encode(opening))
    try communicator.broadcast(&bytes, from: 0)
  }

  /// - Throws: ``Leave``.
  private func hear<Value: Codable>(_ communicator: Communicator) throws -> Value {
    var bytes: [UInt8] = []
    try communicator.broadcast(&bytes, from: 0)
    switch try JSONDecoder().decode(Opening<Value>.self, from: Data(bytes)) {
    case .leave(let code): throw Leave(code: code)
    case .goOn(let value): return value
    }
  }
}

extension ProgressMode: ExpressibleByArgument {}
