// The one table of the measures by which models are compared: their names, what they need, and what they compute. The plan,
// the comparisons, `seedscape compare` and the tables follow from it.

/// A measure between two models.
public enum Measure: String, Sendable, Hashable, Codable, CaseIterable {
  case attention = "attention_js"
  case svcca, cca, pwcca, cka, procrustes, rsa

  /// Those of features.
  public static let ofFeatures = allCases.filter { $0 != .attention }

  /// What it is, in the reference of sweep files.
  public var meaning: String {
    switch self {
    case .attention: "Jensen-Shannon divergence of attention, by layer and head, 0 to ln 2"
    case .svcca:
      """
      1 - mean canonical correlation of the leading directions of hidden states (99 % of the variance); with it a null \
      distance and a held-out one
      """
    case .cca: "the same of all directions"
    case .pwcca: "canonical correlations weighted by their share in the features"
    case .cka: "1 - linear centred kernel alignment, and the same debiased"
    case .procrustes: "1 - nuclear norm of X^T Y, each of unit norm"
    case .rsa: "1 - rank correlation of the distances between rows, of 1000 rows at most; may exceed 1"
    }
  }

  /// Whether it needs all directions of the features with their sizes: full decompositions, and more to gather.
  public var needsAllDirections: Bool {
    switch self {
    case .attention, .svcca: false
    case .cca, .pwcca, .cka, .procrustes, .rsa: true
    }
  }

  /// The number of its first layer: features begin with the embeddings, 0; attention is that of layers 1 ...
  public var firstLayer: Int { self == .attention ? 1 : 0 }

  /// Compares the features of a pair; nothing for ``attention``, and for a measure whose directions were not kept.
  ///
  /// - Throws: ``DynamicsError``, `LinearAlgebraError`.
  public func measure(_ pair: FeaturePair) throws -> PairFigures? {
    switch self {
    case .attention: return nil
    case .svcca: return try pair.svcca()
    case .cca: return try pair.directions.map { PairFigures(try $0.cca()) }
    case .pwcca: return try pair.directions.map { PairFigures(try $0.pwcca()) }
    case .cka: return pair.directions.map { PairFigures($0.cka()) }
    case .procrustes: return try pair.directions.map { PairFigures(try $0.procrustes()) }
    case .rsa:
      return pair.directions.map { directions in
        let rsa = directions.rsa(seed: pair.seed)
        return PairFigures([.init(.distance, rsa.distance, rsa.reason)])
      }
    }
  }
}

/// What a measure says of a pair.
public struct PairFigures: Sendable, Equatable {
  /// A number of it.
  public struct Figure: Sendable, Equatable {
    /// Which.
    public let part: Part
    /// nil where it does not exist.
    public let value: Double?
    /// Why it does not.
    public let reason: Missing?

    init(_ part: Part, _ value: Double?, _ reason: Missing? = nil) {
      (self.part, self.value, self.reason) = (part, value, reason)
    }
  }

  /// The numbers that a measure may give; the distance always, and first.
  public enum Part: String, Sendable, CaseIterable {
    /// 0 for features that are the same to the measure, 1 for features that have nothing in common.
    case distance
    /// Of SVCCA the distance of shuffled sequences, that between halves, and what is left of it within one model.
    case null
    case heldOut = "held_out"
    case spread
    /// Of PWCCA the distance weighted by the other side.
    case reverse
    /// Of CKA the estimate for few rows, which may exceed 1.
    case debiased
    /// 1 where correlations are 1, or near it, by counting alone, else 0.
    case degenerate

    /// How payloads name a measure's number.
    public func name(of measure: Measure) -> String {
      self == .distance ? measure.rawValue : "\(measure.rawValue)_\(rawValue)"
    }
  }

  /// The numbers.
  public let figures: [Figure]
  /// How many directions of each side were compared, where that means something.
  public let kept: [Int]?
  /// ``Part/degenerate``, where that means something.
  public let isDegenerate: Bool?

  fileprivate init(_ figures: [Figure], kept: [Int]? = nil, isDegenerate: Bool? = nil) {
    self.figures = figures + (isDegenerate.map { [Figure(.degenerate, $0 ? 1 : 0)] } ?? [])
    (self.kept, self.isDegenerate) = (kept, isDegenerate)
  }

  fileprivate init(_ cca: CCA) {
    self.init([.init(.distance, cca.distance, cca.reason)], kept: cca.kept, isDegenerate: cca.isDegenerate)
  }

  fileprivate init(_ pwcca: PWCCA) {
    self.init(
      [.init(.distance, pwcca.distance, pwcca.reason), .init(.reverse, pwcca.reverseDistance, pwcca.reason)],
      kept: pwcca.kept, isDegenerate: pwcca.isDegenerate)
  }

  fileprivate init(_ cka: CKA) {
    self.init([.init(.distance, cka.distance, cka.reason), .init(.debiased, cka.debiased, cka.debiasedReason)])
  }

  fileprivate init(_ procrustes: Procrustes) {
    self.init([.init(.distance, procrustes.distance, procrustes.reason)])
  }
}

/// The features of two models on the same rows.
public struct FeaturePair {
  let x: LayerFeatures
  let y: LayerFeatures
  /// The product of all directions, which several measures share; nil where they were not kept.
  let directions: FeatureComparison?
  /// Which rows are of one sequence; nil where that is not known.
  private let sequences: SequenceRows?
  /// Keys what is drawn.
  let seed: UInt64

  /// A pair.
  ///
  /// - Throws: ``DynamicsError/rowsDiffer(_:_:)``.
  public init(_ x: LayerFeatures, _ y: LayerFeatures, sequences: SequenceRows? = nil, seed: UInt64 = 0) throws {
    (self.x, self.y, self.sequences, self.seed) = (x, y, sequences, seed)
    if let first = x.decomposition, let second = y.decomposition {
      directions = try FeatureComparison(first, second)
    } else {
      directions = nil
    }
  }

  fileprivate func svcca() throws -> PairFigures {
    let svcca = try SVCCA(x.basis, y.basis)
    var figures = [PairFigures.Figure(.distance, svcca.distance, svcca.reason)]
    if let sequences {
      let null = try SVCCANull(x.basis, y.basis, sequences: sequences, seed: seed)
      let heldOut = try HeldOutSVCCA(x.halves, y.halves)
      figures += [
        .init(.null, null.distance, null.reason), .init(.heldOut, heldOut.distance, heldOut.reason),
        .init(.spread, heldOut.spread, heldOut.reason),
      ]
    }
    return PairFigures(figures, kept: svcca.kept, isDegenerate: svcca.isDegenerate)
  }
}
