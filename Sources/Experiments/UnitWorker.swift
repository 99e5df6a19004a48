internal import BERT
internal import FineTuning
public import Foundation
package import GLUE
internal import LearningDynamics
internal import LinearAlgebra
internal import LossLandscape
public import Sweep
internal import TensorFiles

/// Runs units, one after the other, and keeps what the next one may need again: tokenised data, evaluators.
public final class UnitWorker {
  /// What a unit gives.
  public enum Result: Sendable {
    /// Numbers by name, and perhaps the bytes of a safetensors file.
    case done(measurements: [String: Double], payload: [UInt8]?)
    /// It was asked to stop and can go on later.
    case interrupted
  }

  /// How a running unit talks to whoever hands out the work.
  public struct Context {
    /// Whether to stop soon.
    public var shouldStop: () -> Bool
    /// Gets the share that is done, 0 ... 1.
    public var report: (Double) -> Void

    /// A context from its parts.
    public init(shouldStop: @escaping () -> Bool = { false }, report: @escaping (Double) -> Void = { _ in }) {
      self.shouldStop = shouldStop
      self.report = report
    }
  }

  let site: Site
  /// Where the payload of a unit that is done lies; only rank 0 is asked.
  let payload: (Identity) throws -> URL
  /// The threads of the unit that runs.
  private(set) var team = ThreadTeam.single
  private var datasets: [DatasetKey: EncodedDataset] = [:]
  var evaluator: (key: EvaluatorKey, value: PointEvaluator)?
  var plane: (key: PlaneKey, value: Plane)?

  private struct DatasetKey: Hashable {
    let task: String
    let split: GLUE.Split
    let maximumLength: Int
  }

  /// A worker for the units of a site's plan.
  public init(_ site: Site, payload: @escaping (Identity) throws -> URL) {
    self.site = site
    self.payload = payload
  }

  /// Runs a unit.
  ///
  /// - Parameter inputs: the measurements of the units that it needs.
  /// - Throws: what makes the unit fail.
  public func run(_ unit: WorkUnit, inputs: [Identity: [String: Double]], context: Context) throws -> Result {
    if team.count != unit.work.threads { team = try ThreadTeam(count: unit.work.threads) }
    return switch unit.work {
    case .fineTuning(let cell): try fineTune(cell, unit, context)
    case .axes(let surface): try measureAxes(surface, unit)
    case .point(let surface, let point): try evaluate(point, of: surface, unit, inputs)
    case .trajectory(let trajectory): try measure(trajectory, unit)
    case .snapshot(let trajectory, let step): try evaluate(step, of: trajectory, unit, inputs)
    case .rollback(let cell, let group): try rollBack(group, of: cell, unit, inputs)
    case .curvature(let curvature): try measureCurvature(curvature, unit, context)
    case .probe(let work): try decompose(work, unit)
    case .attention(let comparison): try compareAttention(comparison, unit, context)
    case .similarity(let comparison, let measures): try compareFeatures(comparison, by: measures, unit, inputs)
    }
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

  /// A cell's final model.
  func finalModel(of cell: Cell, _ id: Identity, unit: WorkUnit) throws -> (model: BERTModel, parameters: Parameters) {
    let model = try site.model(of: cell)
    let directory = site.run.cell(cell, id).final
    let file = try SafetensorsFile(directory.appending(path: "model.safetensors"))
    guard let parameters = Parameters(file, of: model) else {
      throw ExperimentError.missingInput(unit: unit.name, what: "a final model in \(directory.path)")
    }
    return (model, parameters)
  }

  /// A model's parameters, mapped.
  ///
  /// - Parameter cells: the cells that begin the unit's needs, in their order.
  func parameters(of state: ModelState, cells: [Cell], _ unit: WorkUnit) throws -> Parameters {
    func id(of cell: Cell) throws -> Identity {
      guard let index = cells.firstIndex(of: cell) else {
        throw ExperimentError.missingInput(unit: unit.name, what: "its cell \(cell.name)")
      }
      return try need(index, of: unit)
    }
    switch state {
    case .initial(let cell):
      let zero = try Checkpoint(directory: site.run.theta0(of: cell))
      return try zero.parameters(for: site.encoder, poolerSeed: 0)
    case .final(let cell): return try finalModel(of: cell, try id(of: cell), unit: unit).parameters
    case .snapshot(let cell, let step):
      let url = CellFolders(site.run.cell(cell, try id(of: cell))).snapshot(step)
      guard let parameters = Parameters(try SafetensorsFile(url), of: try site.model(of: cell)) else {
        throw ExperimentError.missingInput(unit: unit.name, what: "a snapshot of its model in \(url.path)")
      }
      return parameters
    }
  }

  func need(_ index: Int, of unit: WorkUnit) throws -> Identity {
    guard unit.needs.indices.contains(index) else {
      throw ExperimentError.missingInput(unit: unit.name, what: "need \(index)")
    }
    return unit.needs[index]
  }

  /// Gives the memory of the last surface back.
  func forgetEvaluator() { (evaluator, plane) = (nil, nil) }
}
