/// Runs a model on a probe and decomposes the features of some layers; the payload is a `ProbeFile` of Experiments.
public struct ProbeWork: WorkOfKind {
  /// The kind.
  public static let kind = Work.Kind.probe
  /// The part of a sweep that progress counts it with.
  public static let phase = Phase.features

  /// The model.
  public let model: ModelState
  /// The inputs.
  public let probe: Probe
  /// Which hidden states: 0 the embeddings, l the output of layer l.
  public let layers: Range<Int>
  /// Of how many, the embeddings included.
  public let layerCount: Int
  /// Whether all directions are kept with their sizes, as every measure but SVCCA needs them; else those that SVCCA keeps.
  public let isComplete: Bool

  /// Work from its parts.
  public init(model: ModelState, probe: Probe, layers: Range<Int>, of layerCount: Int, isComplete: Bool) {
    self.model = model
    self.probe = probe
    self.layers = layers
    self.layerCount = layerCount
    self.isComplete = isComplete
  }

  /// What a person calls it.
  public var name: String {
    let part = layers.count == layerCount ? "" : ", layers \(layers.lowerBound)-\(layers.upperBound - 1)"
    let top = model.cell.recipe.reinitialise == 0 ? "" : " top \(model.cell.recipe.reinitialise)"
    let start = model.isTrained ? model.name : "theta0 \(model.cell.initialisation.rawValue)\(top)"
    return "\(start) on \(probe.name)\(part)"
  }
  /// The units whose outcomes or files it reads.
  public var needs: [Identity] { [model].trainedCells.map(\.id) }
  /// The models whose files it reads.
  public var models: [ModelState] { [model] }
  /// How many threads share it.
  public var threads: Int { model.cell.recipe.threads }

  /// What it measures.
  public enum Figure: FigureName {
    /// The rows of the features.
    case rows
    /// How many directions SVCCA keeps of a layer.
    case kept(layer: Int)

    /// As the ledger has it.
    public var text: String {
      switch self {
      case .rows: "rows"
      case .kept(let layer): "kept.\(layer)"
      }
    }
  }

  /// What makes two decompositions the same.
  private struct Form: Encodable {
    let kind = Work.Kind.probe
    let model: ProbedForm
    let probe: ProbeForm
    let rows: Int
    let tokens: Probe.Tokens
    let layers: Range<Int>
    let isComplete: Bool
  }

  /// The units of a model on a probe: as many layers a unit as the memory for what is gathered allows.
  static func units(
    of model: ModelState, on probe: Probe, isComplete: Bool, _ builder: PlanBuilder
  ) throws -> [WorkUnit] {
    let facts = try builder.known(probe.task).facts
    let (count, bytes) = (builder.inputs.model.layers + 1, builder.costs.decompositionBytes(probe))
    // Two models of a layer are compared at a time, and a comparison makes as much again as one of them.
    guard 3 * bytes <= Double(builder.sweep.gather.memory) else {
      throw SweepError.gatherMemory(probe: probe.name, got: builder.sweep.gather.memory, needed: 3 * bytes)
    }
    let step = layersOfUnit(probe, builder)
    return try stride(from: 0, to: count, by: step).map { first in
      let layers = first..<min(first + step, count)
      let work = ProbeWork(model: model, probe: probe, layers: layers, of: count, isComplete: isComplete)
      let form = Form(
        model: ProbedForm(model, builder.inputs), probe: try ProbeForm(probe, threads: work.threads, builder),
        rows: probe.rows, tokens: probe.tokens, layers: layers, isComplete: isComplete)
      return WorkUnit(id: try Identity(of: form), work: .probe(work), cost: builder.costs.probe(work, facts))
    }
  }

  /// How many layers of a model on a probe one unit decomposes.
  static func layersOfUnit(_ probe: Probe, _ builder: PlanBuilder) -> Int {
    // A message is held twice, as it came and as it is written.
    let most = Double(builder.sweep.gather.memory) / (2 * builder.costs.decompositionBytes(probe))
    return max(1, Int(min(Double(builder.inputs.model.layers + 1), most)))
  }
}

extension Costs {
  /// Forward of the examples with all of the last layer, of which a classifier needs next to nothing, and each layer's
  /// decompositions: of all rows, and of each half.
  fileprivate func probe(_ work: ProbeWork, _ task: TaskFacts) -> Double {
    fullForward(Double(work.probe.examples), task)
      + 2 * Double(work.layers.count) * decomposition(rows: rows(work.probe, task))
  }

  /// What the decomposition of one layer takes at most: left vectors and two halves' bases with their projections, all as wide
  /// as there are directions, singular values and right vectors, in Float64.
  fileprivate func decompositionBytes(_ probe: Probe) -> Double {
    let all = Double(probe.examples) * Double(probe.maxLength ?? probe.rows)
    let rows = probe.tokens == .all ? min(Double(probe.rows), all) : Double(probe.examples)
    let channels = Double(model.channels)
    let directions = min(rows, channels)
    return 8 * (3 * rows * directions + directions * channels + directions) + 4 * rows
  }

  /// Thin SVD of [rows, channels]: 6 N d^2 + 20 d^3 (Golub and Van Loan).
  private func decomposition(rows: Double) -> Double {
    let channels = Double(model.channels)
    return Self.decompositionSlowness * (6 * rows * channels * channels + 20 * channels * channels * channels)
  }
}
