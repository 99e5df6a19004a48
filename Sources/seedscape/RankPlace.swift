import Foundation

/// Where a rank runs.
struct RankPlace: Codable, Hashable {
  /// The name of its host.
  let host: String
  /// The cores of the host that it may use, as `package:core`.
  let cores: Set<String>
  /// All cores of the host.
  let hostCores: Int

  /// The place of this process.
  init(host: String) {
    self.host = host
    cores = Processor.allowedCores
    hostCores = Processor.onlineCores.count
  }

  /// Bytes for the others.
  func encoded() throws -> [UInt8] { [UInt8](try JSONEncoder().encode(self)) }

  init(_ bytes: [UInt8]) throws { self = try JSONDecoder().decode(RankPlace.self, from: Data(bytes)) }
}

extension [RankPlace] {
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
