internal import BERT
internal import Foundation
internal import GLUE
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
    let worker = UnitWorker(self) { throw ExperimentError.missingInput(unit: $0.short, what: "files") }
    var footprint = Footprint()
    var seen: Set<Work> = []
    let vector = 4 * Double(encoder.table.count)
    for unit in plan.units {
      // Seeds and coordinates change no size.
      guard seen.insert(unit.work.withoutSeedAndPlace).inserted else { continue }
      let bytes =
        switch unit.work {
        case .fineTuning(let cell): try fineTuning(cell, worker)
        case .axes(let surface): surface.isAlongModels ? 0.0 : 2 * vector
        case .point(let surface, _): try point(surface.cell, surface.subset, worker)
        case .trajectory: 0.0
        case .snapshot(let trajectory, _): try point(trajectory.cell, trajectory.subset, worker)
        case .rollback(let cell, _): try rollback(cell, worker)
        case .curvature(let work): try curvature(work, worker)
        case .probe(let work): try probe(work, worker)
        case .attention(let comparison): try attention(comparison, worker)
        case .similarity(let comparison, _): try similarity(comparison, worker)
        }
      footprint.memoryByKind[unit.work.kind] = max(footprint.memoryByKind[unit.work.kind] ?? 0, bytes)
    }
    // A rank keeps the data of all tasks that it has met.
    footprint.memoryByKind = footprint.memoryByKind.mapValues { $0 + Self.program + worker.datasetBytes }
    footprint.model = vector
    footprint.surfaces = plan.curves.count + plan.surfaces.count
    footprint.disk = footprint.model * Double(starts.count)
    for unit in plan.units {
      switch unit.work {
      case .fineTuning(let cell):
        footprint.cells += 1
        let rows = cell.recipe.trainRows ?? 0
        footprint.disk += footprint.model * Double(1 + cell.recipe.snapshotSteps(examples: rows).count)
      case .axes(let surface) where !surface.isAlongModels:
        footprint.disk += footprint.model * (surface.isCurve ? 1 : 2)
      case .probe(let work) where sweep.gather.keep: footprint.disk += try decompositions(work, worker)
      default: break
      }
      // A row of the ledger.
      footprint.disk += 1000
    }
    return footprint
  }

  /// The program, MPI and OpenBLAS before any work, measured.
  private static let program = 60e6

  private func fineTuning(_ cell: Cell, _ worker: UnitWorker) throws -> Double {
    let model = model(for: try task(cell.task))
    let train = try worker.trainingData(of: cell)
    let recipe = cell.recipe
    let size = min(recipe.microBatch ?? recipe.batch, train.count)
    let dev = try worker.dataset(cell.task, .dev, maximumLength: recipe.maxLength).batches(of: recipe.batch)
    let training = Workspace.bytes(
      model, capacity: BatchShape(typicalOf: train.lengths, size: size),
      purpose: .training(recomputing: recipe.recompute), threads: recipe.threads)
    let evaluation = Workspace.bytes(
      model, capacity: BatchShape(fitting: dev), purpose: .inference, threads: recipe.threads)
    return Double(training + evaluation) + vectors(model, train)
  }

  /// Parameters; gradients and two moments, which of the word embedding have the rows that training uses.
  private func vectors(_ model: BERTModel, _ train: EncodedDataset) -> Double {
    let configuration = model.configuration
    let row = 4.0 * Double(configuration.hiddenSize)
    let words = row * Double(configuration.vocabularySize)
    // A page becomes real with the first of its rows: 4096 bytes hold some rows, or part of one.
    let used = Double(Set(train.sequences.allTokens).count) / Double(configuration.vocabularySize)
    let touched = 1 - pow(1 - used, 1 + 4096 / row)
    let all = 4.0 * Double(model.table.count)
    return all + 3 * (all - words * (1 - touched))
  }

  private func point(_ cell: Cell, _ subset: Subset, _ worker: UnitWorker) throws -> Double {
    let model = model(for: try task(cell.task))
    let examples = try worker.examples(of: subset, for: cell)
    let batches = examples.training.batches(of: subset.batch) + examples.dev.batches(of: subset.batch)
    let workspace = Workspace.bytes(
      model, capacity: BatchShape(fitting: batches), purpose: .inference, threads: cell.recipe.threads)
    return Double(workspace) + 4 * Double(model.table.ranges(readBy: batches).reduce(0) { $0 + $1.count })
  }

  private func rollback(_ cell: Cell, _ worker: UnitWorker) throws -> Double {
    let model = model(for: try task(cell.task))
    let dev = try worker.dataset(cell.task, .dev, maximumLength: cell.recipe.maxLength).batches(of: cell.recipe.batch)
    let workspace = Workspace.bytes(
      model, capacity: BatchShape(fitting: dev), purpose: .inference, threads: cell.recipe.threads)
    return Double(workspace) + 4 * Double(model.table.count)
  }

  /// A training workspace, and the vectors of differences, of Lanczos and of a probe: of the parameters that the examples
  /// read.
  private func curvature(_ work: CurvatureWork, _ worker: UnitWorker) throws -> Double {
    let model = try model(of: work.cell)
    let batches = try worker.examples(of: work.subset, for: work.cell).training.batches(of: work.subset.batch)
    let workspace = Workspace.bytes(
      model, capacity: BatchShape(fitting: batches), purpose: .training(recomputing: work.cell.recipe.recompute),
      threads: work.cell.recipe.threads)
    let read = 4 * Double(model.table.ranges(readBy: batches).reduce(0) { $0 + $1.count })
    return Double(workspace) + 4 * Double(model.table.count) + read * Double(6 + work.effort.steps)
  }

  private func probe(_ work: ProbeWork, _ worker: UnitWorker) throws -> Double {
    let model = encoder
    let examples = try worker.examples(of: work.probe)
    let workspace = Workspace.bytes(
      model, capacity: BatchShape(fitting: examples.batches(of: work.probe.batch)), purpose: .inference,
      threads: work.model.cell.recipe.threads)
    let layer = Double(rows(work.probe, examples) * checkpoint.configuration.hiddenSize)
    // Features of the layers; one layer's matrix, its copy, its left vectors in Float64; the decompositions of the layers
    // twice, once to be sent.
    return try Double(workspace) + 4 * layer * Double(work.layers.count) + 8 * 3 * layer
      + 2 * decompositions(work, worker)
  }

  /// The attention of a piece's layer and the hidden states in all models, and the workspace.
  private func attention(_ comparison: Comparison, _ worker: UnitWorker) throws -> Double {
    let sequences = try worker.examples(of: comparison.probe).sequences
    let pieces = AttentionPieces(sequences, of: comparison, encoder)
    let workspace = Workspace.bytes(
      encoder, capacity: pieces.capacity, purpose: .inference,
      threads: comparison.models.map(\.cell.recipe.threads).max() ?? 1)
    return Double(workspace + pieces.bytes)
  }

  /// At rank 0: one layer of all models, and once more of one; no more than the sweep allows.
  private func similarity(_ comparison: Comparison, _ worker: UnitWorker) throws -> Double {
    guard let model = comparison.models.first else { return 0 }
    let layer = ProbeWork(model: model, probe: comparison.probe, layers: 0..<1, isComplete: true)
    return min(
      Double(sweep.gather.memory), try decompositions(layer, worker) * Double(comparison.models.count + 1))
  }

  /// What is kept of one model's layers on a probe, when nothing is left out: left vectors, and both halves' bases and
  /// projections.
  private func decompositions(_ work: ProbeWork, _ worker: UnitWorker) throws -> Double {
    let rows = rows(work.probe, try worker.examples(of: work.probe))
    return 8 * 3 * Double(rows * min(rows, checkpoint.configuration.hiddenSize) * work.layers.count)
  }

  private func rows(_ probe: Probe, _ examples: EncodedDataset) -> Int {
    switch probe.tokens {
    case .all: min(probe.rows, examples.tokenCount)
    case .cls, .mean: examples.count
    }
  }
}

extension Work {
  /// The same for all work of one size.
  fileprivate var withoutSeedAndPlace: Work {
    func plain(_ cell: Cell) -> Cell {
      var cell = cell
      (cell.headSeed, cell.orderSeed, cell.initialisationSeed, cell.initialisation) = (0, 0, 0, .pretrained)
      return cell
    }
    let nobody = Cell(task: "", headSeed: 0, orderSeed: 0)
    func line(_ cell: Cell, _ span: Surface.Span, _ subset: Subset = Subset()) -> Surface {
      Surface(target: .final(plain(cell)), span: span, subset: subset)
    }
    return switch self {
    case .fineTuning(let cell): .fineTuning(plain(cell))
    case .axes(let surface):
      .axes(line(surface.cell, surface.isAlongModels ? .line(from: .initial(nobody)) : surface.span))
    case .point(let surface, _):
      .point(line(surface.cell, .line(from: .initial(nobody)), surface.subset), .exact(.theta0))
    case .trajectory: .trajectory(TrajectoryWork(cell: nobody, other: nil))
    case .snapshot(let trajectory, _):
      .snapshot(TrajectoryWork(cell: plain(trajectory.cell), other: nil, subset: trajectory.subset), step: 0)
    case .rollback(let cell, let group): .rollback(plain(cell), group)
    case .curvature(let work):
      .curvature(CurvatureWork(cell: plain(work.cell), group: nil, effort: work.effort, subset: work.subset))
    case .probe(let work):
      .probe(
        ProbeWork(
          model: .initial(plain(work.model.cell)), probe: work.probe, layers: work.layers, isComplete: work.isComplete))
    case .attention(let comparison):
      .attention(
        Comparison(
          kind: comparison.kind, models: comparison.models.map { .initial(plain($0.cell)) }, probe: comparison.probe))
    case .similarity(let comparison, let measures):
      .similarity(
        Comparison(
          kind: .time, models: comparison.models.map { _ in .initial(nobody) }, probe: comparison.probe), measures)
    }
  }
}

extension Surface {
  /// Whether its directions are differences of models, which nobody need make.
  fileprivate var isAlongModels: Bool {
    switch span {
    case .line, .plane: true
    case .random, .trajectory: false
    }
  }
}
