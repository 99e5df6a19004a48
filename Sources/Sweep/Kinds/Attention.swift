/// Runs the models of a comparison in lock step on its probe and compares their attention.
public struct AttentionWork: WorkOfKind {
  /// The kind.
  public static let kind = Work.Kind.attention
  /// The part of a sweep that progress counts it with.
  public static let phase = Phase.attention

  /// The comparison.
  public let comparison: Comparison

  /// What a person calls it.
  public var name: String { "\(comparison.name) attention" }
  /// The units whose outcomes or files it reads.
  public var needs: [Identity] { comparison.cells.map(\.id) }
  /// The models whose files it reads.
  public var models: [ModelState] { comparison.models }
  /// How many threads share it.
  public var threads: Int { comparison.threads }

  /// What it measures.
  public enum Figure: String, FigureName {
    /// The examples that means are over.
    case examples
  }

  /// What makes two comparisons of attention the same.
  private struct Form: Encodable {
    let kind = Work.Kind.attention
    let pairs: Comparison.Kind
    let models: [ProbedForm]
    let probe: ProbeForm
  }

  /// The unit.
  static func unit(of comparison: Comparison, _ builder: PlanBuilder) throws -> WorkUnit {
    let form = Form(
      pairs: comparison.kind, models: comparison.models.map { ProbedForm($0, builder.inputs) },
      probe: try ProbeForm(comparison.probe, threads: comparison.threads, builder))
    let cost = builder.costs.attention(comparison, try builder.known(comparison.probe.task).facts)
    return WorkUnit(
      id: try Identity(of: form), work: .attention(AttentionWork(comparison: comparison)), cost: cost)
  }
}

extension Costs {
  /// Forward of the examples by every model; for each pair, layer and head a logarithm an attention weight, which takes the
  /// time of 100 operations of a product.
  fileprivate func attention(_ comparison: Comparison, _ task: TaskFacts) -> Double {
    let examples = Double(comparison.probe.examples)
    // Of 32 channels at least, as in MiniLM.
    let heads = Double(model.channels) / 32
    let weights = examples * task.tokensPerExample * task.tokensPerExample * Double(model.layers) * heads
    return fullForward(examples * Double(comparison.models.count), task)
      + 100 * weights * Double(comparison.models.count + comparison.pairs.count)
  }
}
