internal import BERT
internal import FineTuning
internal import Foundation
package import GLUE
internal import LearningDynamics
internal import LinearAlgebra
internal import LossLandscape
public import Sweep
internal import TensorFiles

/// Runs units, one after the other, and keeps what the next one may need again: tokenised data, evaluators.
public final class UnitWorker {
  let site: Site
  /// The threads of the unit that runs.
  fileprivate(set) var team = ThreadTeam.single
  private var datasets: [DatasetKey: EncodedDataset] = [:]
  var evaluator: (key: EvaluatorKey, value: PointEvaluator)?
  var plane: (key: PlaneKey, value: Plane)?

  private struct DatasetKey: Hashable {
    let task: String
    let split: GLUE.Split
    let maximumLength: Int
  }

  /// A worker for the units of a site's plan.
  public init(_ site: Site) { self.site = site }

  /// Runs a unit.
  ///
  /// - Parameter inputs: the figures of the units that it needs.
  /// - Throws: what makes the unit fail.
  public func run(_ unit: WorkUnit, inputs: Inputs, context: UnitContext) throws -> UnitResult {
    if team.count != unit.threads { team = try ThreadTeam(count: unit.threads) }
    // A surface's memory is kept for its next point alone.
    if ![.axes, .point, .snapshot].contains(unit.kind) { (evaluator, plane) = (nil, nil) }
    return try unit.work.accept(RunningUnit(unit: unit, worker: self, inputs: inputs, context: context))
  }

  /// A split's rows, encoded once.
  package func dataset(_ task: String, _ split: GLUE.Split, maximumLength: Int) throws -> EncodedDataset {
    let key = DatasetKey(task: task, split: split, maximumLength: maximumLength)
    if let known = datasets[key] { return known }
    let rows = try site.task(task).read(split, in: site.data)
    let data = try EncodedDataset(
      rows.examples, tokenizer: site.tokenizer, maximumLength: maximumLength,
      limits: site.checkpoint.configuration.inputLimits)
    datasets[key] = data
    return data
  }

  /// About what the tokenised data takes.
  var datasetBytes: Double { datasets.values.reduce(0) { $0 + Double($1.sequences.bytes) } }

  /// The training examples of a cell: the first rows of the file.
  func trainingData(of cell: Cell) throws -> EncodedDataset {
    let all = try dataset(cell.task, .train, maximumLength: cell.recipe.maxLength)
    guard let rows = cell.recipe.trainRows, rows < all.count else { return all }
    return all.selecting(Array(0..<rows))
  }

  /// The examples that points are evaluated on.
  func examples(of subset: Subset, for cell: Cell) throws -> (training: EncodedDataset, dev: EncodedDataset) {
    let seed = UInt64(subset.seed)
    let dev = try dataset(cell.task, .dev, maximumLength: cell.recipe.maxLength)
    return (try trainingData(of: cell).sample(subset.train, seed: seed), dev.sample(subset.dev, seed: seed))
  }

  /// The examples of a probe.
  func examples(of probe: Probe) throws -> EncodedDataset {
    let length = probe.maxLength ?? site.checkpoint.configuration.maximumPositions
    return try dataset(probe.task, GLUE.Split(probe.split), maximumLength: length)
      .sample(probe.examples, seed: UInt64(probe.seed))
  }
}

/// A unit while it runs. Each kind's method stands in the file of the kind.
struct RunningUnit: WorkVisitor {
  let unit: WorkUnit
  let worker: UnitWorker
  let inputs: Inputs
  let context: UnitContext

  var site: Site { worker.site }
  var team: ThreadTeam { worker.team }

  /// A cell's final model.
  func finalModel(of cell: Cell) throws -> (model: BERTModel, parameters: Parameters) {
    let model = try site.model(of: cell)
    let directory = site.run.folder(of: cell).final
    let file = try SafetensorsFile(directory.appending(path: "model.safetensors"))
    guard let parameters = Parameters(file, of: model) else { throw missing("a final model in \(directory.path)") }
    return (model, parameters)
  }

  /// A model's parameters, mapped.
  func parameters(of state: ModelState) throws -> Parameters {
    switch state {
    case .initial(let cell):
      let zero = try Checkpoint(directory: site.run.theta0(of: cell))
      return try zero.parameters(for: site.encoder, poolerSeed: 0)
    case .final(let cell): return try finalModel(of: cell).parameters
    case .snapshot(let cell, let step):
      let url = CellFolders(site.run.folder(of: cell)).snapshot(step)
      guard let parameters = Parameters(try SafetensorsFile(url), of: try site.model(of: cell)) else {
        throw missing("a snapshot of its model in \(url.path)")
      }
      return parameters
    }
  }

  /// What the unit reads is not there.
  func missing(_ what: String) -> ExperimentError { .missingInput(unit: unit.name, what: what) }
}
