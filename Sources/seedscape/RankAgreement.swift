import ArgumentParser
import Coordination
import Experiments
import Foundation
import MPI
import POSIX
import Sweep

/// Sees to it that the ranks of a job are alike before they work together: the bits of a result must not depend on who
/// computed it. Every call is collective, and all ranks come to the same verdict.
struct RankAgreement {
  private let ranks: Communicator
  /// Where the ranks run, by rank.
  let places: [RankPlace]

  /// Compares program, libraries and kernels.
  ///
  /// - Throws: `Disagreement` on every rank, `MPIError`.
  init(_ world: borrowing World) throws {
    ranks = world.communicator
    if world.rank == 0, world.size > 1, let notice = world.notice { standardError("seedscape: note: \(notice)") }
    places = try Self.exchange(RankPlace(host: world.host), ranks)
    try Disagreement.check(places.map(\.view))
  }

  /// Refuses to do with several ranks what one process does alone, each of them in the same files.
  ///
  /// - Parameter command: the command, for the message.
  /// - Throws: `Disagreement` for ranks that are not even alike, `ValidationError`, `MPIError`; nothing where this process was
  ///   started alone.
  static func refuseRanks(of command: String) throws {
    let size = Launch.size(environment: ProcessInfo.processInfo.environment)
    guard size > 1 else { return }
    let world = try World()
    let agreement = Result { try RankAgreement(world) }
    try world.finalize()
    _ = try agreement.get()
    throw ValidationError("\(command) is done by one process, and \(size) were started; start it without mpirun")
  }

  /// Hashes input files, each once per host, and compares them.
  ///
  /// A rank for which all paths name the very files that a lower rank of its host has reads none of them: gigabytes are not
  /// read again by every rank.
  ///
  /// - Parameter files: this rank's; an error of it is told with rank and host.
  /// - Returns: their identities.
  /// - Throws: `Disagreement` on every rank, `MPIError`.
  func hashes(of files: () throws -> [InputFile]) throws -> InputHashes {
    var own: [InputFile] = []
    var problem: RankProblem?
    var sight = FileSight(boot: System.bootIdentity ?? "rank \(ranks.rank)", stamps: [])
    do {
      own = try files()
      sight.stamps = try own.map { try FileStamp($0.url.path) }
    } catch { problem = RankProblem(error) }
    let sights = try Self.exchange(sight, ranks)
    var hashes: [Identity]?
    if problem == nil, sights.firstIndex(of: sight) == ranks.rank {
      do { hashes = try own.map { try $0.hash() } } catch { problem = RankProblem(error) }
    }
    // The others may take a while.
    try ranks.barrier()
    let all = try Self.exchange(FileFindings(names: own.map(\.name), hashes: hashes, problem: problem), ranks)
    func identities(_ rank: Int) -> [Identity] {
      all[rank].hashes ?? sights.firstIndex(of: sights[rank]).flatMap { all[$0].hashes } ?? []
    }
    try Disagreement.check(
      all.indices.map { rank in
        let facts = zip(all[rank].names, identities(rank)).map {
          SharedFact(.file($0), "\($1.short)... (SHA-256)")
        }
        return RankView(host: places[rank].host, facts: facts, problem: all[rank].problem)
      })
    return InputHashes(own, identities(ranks.rank))
  }

  /// Checks that all ranks see, and may write to, a folder that rank 0 has made.
  ///
  /// - Throws: `Disagreement` on every rank, `MPIError`.
  func shareFolder(_ folder: URL) throws {
    // A name that nobody has looked for before: file servers' clients remember for a while what was not there.
    var name = Array(System.randomName().utf8)
    try ranks.broadcast(&name, from: 0)
    let token = folder.appending(path: ".\(String(decoding: name, as: UTF8.self)).tmp")
    var problem: RankProblem?
    if ranks.rank == 0 {
      do { try AtomicFile.write(to: token) { try $0.append(name.span.bytes) } } catch { problem = RankProblem(error) }
    }
    try ranks.barrier()
    let sees = ranks.rank == 0 || sees(token, name)
    if sees && problem == nil {
      do { try System.proveWritable(folder.path) } catch { problem = RankProblem(error) }
    }
    let all = try Self.exchange(FolderFindings(sees: sees, problem: problem), ranks)
    if ranks.rank == 0 { try? System.remove(token.path) }
    try Disagreement.check(
      zip(all, places).map { findings, place in
        RankView(
          host: place.host,
          facts: [SharedFact(.folder(folder.path), findings.sees ? "as rank 0 made it" : "not the folder of rank 0")],
          problem: findings.problem)
      })
  }

  /// Checks that all ranks are about to go on from the same state.
  ///
  /// - Parameters:
  ///   - state: what it is, and what fixes the work; from the second rank on an error is told with rank and host.
  ///   - path: where it lies.
  /// - Throws: `Disagreement` on every rank, `MPIError`.
  func share(_ state: Result<String, any Error>, at path: String) throws {
    let problem: RankProblem? = if case .failure(let error) = state { RankProblem(error) } else { nil }
    let own = RankView(
      host: places[ranks.rank].host, facts: (try? state.get()).map { [SharedFact(.state(path), $0)] } ?? [],
      problem: problem)
    try Disagreement.check(try Self.exchange(own, ranks))
  }

  /// Whether a file of rank 0's is there, within two seconds.
  private func sees(_ file: URL, _ contents: [UInt8]) -> Bool {
    for attempt in 0..<20 {
      if attempt > 0 { Thread.sleep(forTimeInterval: 0.1) }
      if let found = try? System.read(file.path) { return found == contents }
    }
    return false
  }

  /// Every rank's value, by rank.
  private static func exchange<Value: Codable>(_ value: Value, _ ranks: Communicator) throws -> [Value] {
    try ranks.allgather([UInt8](JSONEncoder().encode(value))).enumerated().map { rank, bytes in
      do { return try JSONDecoder().decode(Value.self, from: Data(bytes)) } catch {
        throw InputError(
          "rank \(rank) runs another version of the program than rank \(ranks.rank); install one build on all hosts")
      }
    }
  }
}

/// Which files a rank sees, compared within one host.
private struct FileSight: Codable, Hashable {
  /// The start of the host's kernel.
  let boot: String
  var stamps: [FileStamp]
}

/// What a rank found in its files.
private struct FileFindings: Codable {
  let names: [String]
  /// In the names' order; nil where a lower rank reads the same files.
  let hashes: [Identity]?
  let problem: RankProblem?
}

/// What a rank found of the folder that rank 0 made.
private struct FolderFindings: Codable {
  let sees: Bool
  let problem: RankProblem?
}
