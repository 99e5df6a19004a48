/// The curves, or the surfaces, of a sweep with their ranges, each once and with a name that no other has.
///
/// A surface's name does not tell its range. Where it is asked for on two ranges, a wide and a narrow one, every name of both
/// entries has the range in it: rows of tables that belong together have the same range, whatever the order of the entries.
struct RangedSurfaces {
  /// A surface on a range.
  struct Ranged: Hashable {
    let surface: Surface
    let alpha: Axis
    /// nil for a curve.
    let beta: Axis?
  }

  private var ranges: [(alpha: Axis, beta: Axis?)] = []
  /// Each with its entry.
  private var all: [(ranged: Ranged, entry: Int)] = []
  private var seen: Set<Ranged> = []

  /// Begins an entry of the sweep file.
  mutating func begin(alpha: Axis, beta: Axis?) { ranges.append((alpha, beta)) }

  /// Adds a surface of the entry that was begun last; one that an earlier entry has on the same range is the same.
  mutating func add(_ surface: Surface) {
    guard let (alpha, beta) = ranges.last else { preconditionFailure("an entry is begun before its surfaces") }
    let ranged = Ranged(surface: surface, alpha: alpha, beta: beta)
    if seen.insert(ranged).inserted { all.append((ranged, ranges.count - 1)) }
  }

  /// All of them, in order, with what their names say of their ranges.
  var named: [(surface: Surface, range: String, alpha: Axis, beta: Axis?)] {
    var entries: [String: Set<Int>] = [:]
    for (ranged, entry) in all { entries[ranged.surface.name, default: []].insert(entry) }
    let ambiguous = Set(entries.values.filter { $0.count > 1 }.joined())
    return all.map { ranged, entry in
      let beta = ranged.beta.map { ", beta \($0)" } ?? ""
      let range = ambiguous.contains(entry) ? ", alpha \(ranged.alpha)\(beta)" : ""
      return (ranged.surface, range, ranged.alpha, ranged.beta)
    }
  }
}
