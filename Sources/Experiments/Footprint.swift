internal import BERT
public import Sweep

/// What a sweep is predicted to take of memory and disk, in bytes.
public struct Footprint: Sendable, Hashable {
  /// Nothing.
  public init() {}

  /// What a rank holds alone while it does its largest unit of each kind.
  public var memoryByKind: [Work.Kind: Double] = [:]
  /// One model as a vector.
  public var model = 0.0
  /// What the finished run directory holds.
  public var disk = 0.0
  /// Fine-tunings.
  public var cells = 0
  /// Curves and surfaces.
  public var surfaces = 0

  /// What one of several ranks holds.
  public var memoryOfRank: Double { memoryByKind.filter { $0.key != .similarity }.values.max() ?? 0 }

  /// Files that the ranks of a node map together: the three models of each surface that is worked on at once.
  public func mapped(ranks: Int) -> Double { model * Double(1 + 2 * min(ranks, surfaces)) }

  /// What the ranks of one node hold, rank 0 among them, which alone compares features: all fine-tune, with theta0 mapped, or
  /// one does something else, with the models mapped that this takes.
  public func memory(ranks: Int) -> Double {
    let fineTuning = memoryByKind[.fineTuning] ?? 0
    let other = memoryByKind.filter { $0.key != .fineTuning }.values.max() ?? 0
    let largest = max(fineTuning, memoryOfRank)
    return max(
      fineTuning * Double(ranks) + model, largest * Double(ranks - 1) + other + mapped(ranks: ranks))
  }

  /// What resuming takes beside the finished run directory: three vectors for each cell under way, and three more while
  /// they are replaced.
  public func resumeDisk(ranks: Int) -> Double { 6 * model * Double(min(ranks, cells)) }
}

extension Site {
  /// Predicts memory and disk from the lengths of the examples; reads and tokenises the data, runs nothing.
  ///
  /// Memory of fine-tuning: what a batch of random examples stays below (its mean and four standard deviations).
  ///
  /// - Throws: as reading the data.
  public func footprint(of plan: Plan) throws -> Footprint {
    let works = FootprintOfWork(self)
    var footprint = Footprint()
    footprint.model = works.vector
    footprint.surfaces = plan.curves.count + plan.surfaces.count
    footprint.disk = footprint.model * Double(starts.count)
    for unit in plan.units {
      let needed = try unit.work.accept(works)
      footprint.memoryByKind[unit.kind] = max(footprint.memoryByKind[unit.kind] ?? 0, needed.memory)
      // And a row of the ledger.
      footprint.disk += needed.disk + 1000
      if unit.kind == .fineTuning { footprint.cells += 1 }
    }
    // A rank keeps the data of all tasks that it has met.
    footprint.memoryByKind = footprint.memoryByKind.mapValues { $0 + Self.program + works.worker.datasetBytes }
    return footprint
  }

  /// The program, MPI and OpenBLAS before any work, measured.
  private static let program = 60e6
}

/// Predicts what a unit takes. Each kind's method stands in the file of the kind.
final class FootprintOfWork: WorkVisitor {
  /// In bytes.
  struct Needed {
    /// What the rank that does it holds alone.
    var memory = 0.0
    /// What it leaves in the finished run directory beside its row.
    var disk = 0.0
  }

  let site: Site
  let worker: UnitWorker
  private var known: [AnyHashable: Double] = [:]

  init(_ site: Site) {
    self.site = site
    worker = UnitWorker(site)
  }

  /// One model as a vector.
  var vector: Double { 4 * Double(site.encoder.table.count) }

  /// A number that is the same for all units of a size: seeds and coordinates change none.
  func once(_ size: some Hashable, _ predict: () throws -> Double) rethrows -> Double {
    if let number = known[AnyHashable(size)] { return number }
    let number = try predict()
    known[AnyHashable(size)] = number
    return number
  }
}
