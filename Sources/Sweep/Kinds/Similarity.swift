public import Foundation
public import LearningDynamics

/// Compares the gathered decompositions of a comparison's models, layer by layer, at rank 0.
public struct SimilarityWork: WorkOfKind {
  /// The kind.
  public static let kind = Work.Kind.similarity
  /// The part of a sweep that progress counts it with.
  public static let phase = Phase.comparisons
  /// Rank 0 alone.
  public static let place = WorkUnit.Place.root

  /// The comparison.
  public let comparison: Comparison
  /// What the features are compared by.
  public let measures: [Measure]
  /// Of each model the units that decompose its features, layers ascending.
  public let decompositions: [[Decomposition]]

  /// A unit that decomposes some layers' features.
  public struct Decomposition: Sendable, Hashable, Codable {
    /// The unit.
    public let id: Identity
    /// Its payload, relative to the run directory.
    public let file: String
  }

  /// Work from its parts.
  public init(comparison: Comparison, measures: [Measure], decompositions: [[Decomposition]]) {
    (self.comparison, self.measures, self.decompositions) = (comparison, measures, decompositions)
  }

  /// What a person calls it.
  public var name: String { "\(comparison.name) similarity" }
  /// The units whose outcomes or files it reads.
  public var needs: [Identity] { decompositions.joined().map(\.id) }
  /// The models whose files it reads.
  public var models: [ModelState] { [] }
  /// The files of the units that it needs.
  public func files(in run: RunDirectory) -> [(need: Identity, file: URL)] {
    decompositions.joined().map { ($0.id, run.root.appending(path: $0.file)) }
  }
  /// How many threads share it.
  public var threads: Int { 1 }

  /// What it measures.
  public enum Figure: String, FigureName {
    /// The rows of the features.
    case rows
  }

  /// What makes two comparisons of features the same.
  private struct Form: Encodable {
    let kind = Work.Kind.similarity
    let pairs: Comparison.Kind
    let measures: [Measure]
    let decompositions: [Identity]
  }

  /// The unit.
  static func unit(
    of comparison: Comparison, by measures: [Measure], _ decompositions: [[WorkUnit]], _ builder: PlanBuilder
  ) throws -> WorkUnit {
    let work = SimilarityWork(
      comparison: comparison, measures: measures,
      decompositions: decompositions.map { $0.map { .init(id: $0.id, file: RunDirectory.payloadPath(of: $0)) } })
    let cost = builder.costs.similarity(comparison, measures, try builder.known(comparison.probe.task).facts)
    return WorkUnit(
      id: try Identity(of: Form(pairs: comparison.kind, measures: measures, decompositions: work.needs)),
      work: .similarity(work), cost: cost)
  }
}

extension Costs {
  /// For each pair and layer a handful of products of bases, and their singular values: some decompositions of d x d for each
  /// measure.
  fileprivate func similarity(_ comparison: Comparison, _ measures: [Measure], _ task: TaskFacts) -> Double {
    let (rows, channels) = (rows(comparison.probe, task), Double(model.channels))
    let pair = 8 * rows * channels * channels + Self.decompositionSlowness * 20 * channels * channels * channels
    return Double(comparison.pairs.count) * Double((model.layers + 1) * (1 + measures.count)) * pair
  }
}
