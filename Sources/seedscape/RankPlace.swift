import Coordination
import Foundation
import LinearAlgebra
import POSIX
import Results
import Sweep

/// Where a rank runs, and what it runs.
struct RankPlace: Codable, Hashable {
  /// The name of its host.
  let host: String
  /// The cores of the host that it may use, as `package:core`.
  let cores: Set<String>
  /// All cores of the host.
  let hostCores: Int
  /// The processor's name.
  let processor: String
  /// The program and its version.
  let program: String
  /// The first digits of the SHA-256 of the program's file.
  let build: String
  /// OpenBLAS and its version.
  let blas: String
  /// The kernels that it uses.
  let kernels: String

  /// The place of this process.
  ///
  /// - Throws: `SystemError` where the program's own file cannot be read.
  init(host: String) throws {
    self.host = host
    cores = Processor.allowedCores
    hostCores = Processor.onlineCores.count
    processor = Processor.name
    program = Version.program
    let file = try MappedFile(URL(filePath: "/proc/self/exe"))
    build = withExtendedLifetime(file) { Identity(ofBytes: file.bytes).short }
    blas = BLAS.version
    kernels = BLAS.coreName
  }

  /// What all ranks of a job must have alike.
  var view: RankView {
    RankView(
      host: host,
      facts: [
        SharedFact(.program, "\(program) (build \(build))"), SharedFact(.blas, blas), SharedFact(.kernels, kernels),
      ])
  }
}

extension [RankPlace] {
  /// As the record of a run has them, in the order of their first ranks.
  var machines: [RunRecord.Machine] {
    Dictionary(grouping: indices) { self[$0].host }.values.sorted { $0[0] < $1[0] }.map { ranks in
      let place = self[ranks[0]]
      return RunRecord.Machine(
        host: place.host, ranks: ranks, processor: place.processor, program: place.program, build: place.build,
        blas: place.blas, kernels: place.kernels)
    }
  }

  private var byHost: [(host: String, places: [RankPlace])] {
    Dictionary(grouping: self, by: \.host).map { ($0.key, $0.value) }.sorted { $0.host < $1.host }
  }

  /// One phrase for each host: `2 on alpha, pinned to a core each`.
  var summary: String {
    byHost.map { host, places in
      let sizes = Set(places.map(\.cores.count)).sorted().map(String.init).joined(separator: " or ")
      let cores = places[0].hostCores
      let binding =
        if places.contains(where: \.cores.isEmpty) {
          ""
        } else if places.allSatisfy({ $0.cores.count == cores }) {
          ", not pinned, cores: \(cores)"
        } else {
          ", pinned to \(sizes) of \(cores) cores each"
        }
      return "\(places.count) on \(host)\(binding)"
    }.joined(separator: "; ")
  }

  /// A line for each host on which ranks of this job share cores: each is then slower than one with cores of its own.
  func warnings(threads: Int) -> [String] {
    byHost.compactMap { host, places in
      guard !places.contains(where: \.cores.isEmpty) else { return nil }
      let (needed, cores) = (places.count * threads, places[0].hostCores)
      let crowded = Dictionary(grouping: places, by: \.cores).contains { $0.value.count * threads > $0.key.count }
      let what = "\(places.count) x \(threads) threads on \(host)"
      if needed > cores {
        return "\(what) share \(cores) cores; start at most \(Swift.max(1, cores / threads)) ranks there"
          + (threads > cores ? ", and set threads to at most \(cores)" : "")
      }
      guard crowded else { return nil }
      return "\(what) are bound to cores that they share, though it has \(cores); start with mpirun --map-by "
        + "slot:PE=\(threads), or --bind-to none"
    }
  }
}
