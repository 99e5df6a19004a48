import Foundation

/// Where a rank runs.
struct RankPlace: Codable, Hashable {
  /// The name of its host.
  let host: String
  /// The cores of the host that it may use, as `package:core`.
  let cores: Set<String>

  /// The place of this process.
  init(host: String) {
    self.init(host: host, cores: Processor.allowedCores)
  }

  init(host: String, cores: Set<String>) {
    self.host = host
    self.cores = cores
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
      let all = places.reduce(into: Set<String>()) { $0.formUnion($1.cores) }
      let least = places.map(\.cores.count).min() ?? 0
      let binding =
        if all.isEmpty {
          ""
        } else if places.count == 1 {
          ", cores: \(all.count)"
        } else if places.allSatisfy({ $0.cores == all }) {
          ", not pinned, cores: \(all.count)"
        } else {
          least == 1 ? ", pinned to a core each" : ", pinned to \(least) cores each"
        }
      return "\(places.count) on \(host)\(binding)"
    }.joined(separator: "; ")
  }

  /// A line for each host on which ranks of this job share cores; they would each be slower than one with cores of its own.
  func warnings(threads: Int) -> [String] {
    byHost.compactMap { host, places in
      let all = places.reduce(into: Set<String>()) { $0.formUnion($1.cores) }
      guard !all.isEmpty else { return nil }
      let needed = places.count * threads
      if needed > all.count {
        return "ranks share cores: \(places.count) x \(threads) threads on \(host), cores: \(all.count); start at most "
          + "\(Swift.max(1, all.count / threads)) there, or see which cores they may use with mpirun --report-bindings"
      }
      let crowded = Dictionary(grouping: places, by: \.cores).filter { $0.value.count * threads > $0.key.count }
      guard let (cores, ranks) = crowded.min(by: { $0.key.count < $1.key.count }) else { return nil }
      return "ranks share cores: \(ranks.count) x \(threads) threads on \(host) are bound to the same, cores: "
        + "\(cores.count); start with mpirun --bind-to none, or --map-by slot:PE=\(threads)"
    }
  }
}
