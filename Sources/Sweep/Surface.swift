/// A curve or surface of the loss: what spans it, and what is evaluated there (METHODS, section 2).
///
/// Every point is evaluated on the task of ``target``, theta1, with its head. Where there is a layer group the directions are
/// restricted to it.
public struct Surface: Sendable, Hashable, Codable {
  /// theta1: whose task and head are evaluated.
  public let target: ModelState
  /// The directions.
  public let span: Span
  /// The parameters that move; nil: all of the encoder.
  public let group: LayerGroup?
  /// Where the others are.
  public let elsewhere: Elsewhere
  /// The examples that every point is evaluated on.
  public let subset: Subset

  /// What spans a curve or surface.
  public enum Span: Sendable, Hashable, Codable {
    /// f(alpha) = J(from + alpha d1), d1 = theta1 - from.
    case line(from: ModelState)
    /// f(alpha, beta) = J(from + alpha d1 + beta s d2), d2 = other - from, s = |d1| / |d2|.
    case plane(from: ModelState, other: ModelState)
    /// J(theta1 + alpha u), or J(theta1 + alpha u + beta v), with directions u and v that are drawn.
    case random(RandomSpan)
    /// J(theta1 + |d1| (alpha u + beta v)) with the first two principal directions u and v of the path from theta0 to
    /// theta1.
    case trajectory
  }

  /// Where the parameters outside a layer group are.
  public enum Elsewhere: String, Sendable, Hashable, Codable, CaseIterable {
    /// Where the directions start.
    case theta0
    /// At theta1.
    case theta1
  }

  /// A surface or curve from its parts.
  public init(
    target: ModelState, span: Span, group: LayerGroup? = nil, elsewhere: Elsewhere = .theta1,
    subset: Subset = Subset()
  ) {
    self.target = target
    self.span = span
    self.group = group
    self.elsewhere = elsewhere
    self.subset = subset
  }

  /// The cell of theta1.
  public var cell: Cell { target.cell }

  /// Whether it has one direction.
  public var isCurve: Bool {
    switch span {
    case .line: true
    case .plane, .trajectory: false
    case .random(let random): !random.isPlane
    }
  }

  /// Whether it is the line from theta0 through theta1.
  public var isAlongFineTuning: Bool {
    if case .line(.initial) = span { true } else { false }
  }

  /// Where alpha and beta are 0.
  public var origin: ModelState {
    switch span {
    case .line(let from), .plane(let from, _): from
    case .random, .trajectory: target
    }
  }

  /// theta2; nil where there is none.
  public var other: ModelState? {
    if case .plane(_, let other) = span { other } else { nil }
  }

  /// Whether the head moves with the encoder, as it does between models of one task; it is theta1's else.
  public var movesHead: Bool {
    guard group == nil else { return false }
    switch span {
    case .line(let from): return Self.shareHead([target, from])
    case .plane(let from, let other): return Self.shareHead([target, from, other])
    case .random, .trajectory: return false
    }
  }

  private static func shareHead(_ models: [ModelState]) -> Bool {
    models.allSatisfy { $0.isTrained && $0.cell.task == models[0].cell.task }
  }

  /// The cells whose models it needs, theta1's first and theta2's last, each once.
  public var cells: [Cell] { models.trainedCells }
  /// Those of points where d2 has no part.
  var cellsOfLine: [Cell] { [target, origin].trainedCells }
  /// The models whose files it reads: theta1, where the directions start, theta2.
  public var models: [ModelState] { [target, origin] + [other].compactMap(\.self) }

  /// The numbers of the directions that its axes make as files.
  var ownDirections: Range<Int> {
    switch span {
    case .line, .plane: 0..<0
    case .random, .trajectory: 1..<(isCurve ? 2 : 3)
    }
  }

  /// Whether its directions are differences of models, and no files.
  public var isAlongModels: Bool { ownDirections.isEmpty }

  /// What a person calls it, such as `MRPC-s0 x SST-2-s0`, `MRPC-s0 curve` or `MRPC-s0 curve (low, rest at theta1)`.
  public var name: String { name(range: "") }

  /// The name with a range of coordinates in it, as ``RangedSurfaces`` makes it.
  func name(range: String) -> String {
    let part = group.map { " (\($0.name), rest at \(elsewhere.rawValue))" } ?? ""
    return directions + range + part
  }

  private var directions: String {
    switch span {
    case .line(.initial): "\(target.name) curve"
    case .line(let from): "\(from.name) to \(target.name)"
    case .plane(.initial, let other): "\(target.name) x \(other.name)"
    case .plane(let from, let other): "\(target.name) x \(other.name) from \(from.name)"
    case .random(let random): "\(target.name) \(random.name)"
    case .trajectory: "\(target.name) trajectory plane"
    }
  }

  /// The checkpoints that it has points for, exactly.
  public var exactPoints: [ExactPoint] {
    switch span {
    case .line: [.theta0, .theta1]
    case .plane: [.theta0, .theta1, .theta2]
    case .random, .trajectory: [.theta1]
    }
  }

  /// Where an exact point lies.
  ///
  /// - Parameter scale: s; nil where it is not known.
  /// - Returns: (alpha, beta); beta is nil for theta2 while the scale is not known.
  public func coordinates(of point: ExactPoint, scale: Double?) -> (alpha: Double, beta: Double?) {
    switch (point, span) {
    case (.theta1, .line), (.theta1, .plane): (1, 0)
    case (.theta2, _): (0, scale.map { 1 / $0 })
    case (.theta0, _), (.theta1, _): (0, 0)
    }
  }
}

/// One or two directions that are drawn at random around a model. [Li et al. 2018; METHODS 2]
public struct RandomSpan: Sendable, Hashable, Codable {
  /// Keys the drawn numbers.
  public let seed: Int
  /// Which of the seed's directions is u; v is the next one, orthogonal to u.
  public let index: Int
  /// Whether there is a v.
  public let isPlane: Bool
  /// What is scaled to the norm of the same weights.
  public let normalisation: Normalisation
  /// Whether biases and LayerNorms move as well.
  public let includesVectors: Bool

  /// What is scaled to the norm of the same weights.
  public enum Normalisation: String, Sendable, Hashable, Codable, CaseIterable {
    /// Each row of a matrix.
    case filter
    /// Each tensor.
    case layer
    /// The direction as a whole.
    case whole
  }

  init(_ request: RandomRequest, index: Int, isPlane: Bool) {
    self.init(
      seed: request.seed, index: index, isPlane: isPlane, normalisation: request.normalisation,
      includesVectors: request.vectors)
  }

  /// A span from its parts.
  public init(seed: Int, index: Int, isPlane: Bool, normalisation: Normalisation, includesVectors: Bool) {
    self.seed = seed
    self.index = index
    self.isPlane = isPlane
    self.normalisation = normalisation
    self.includesVectors = includesVectors
  }

  /// u alone.
  var first: RandomSpan {
    RandomSpan(
      seed: seed, index: index, isPlane: false, normalisation: normalisation, includesVectors: includesVectors)
  }

  /// What a person calls it, such as `random 0 (filter)` or `random 0 x 1 (filter)`.
  var name: String { "random \(index)\(isPlane ? " x \(index + 1)" : "") (\(kind))" }

  /// How it is drawn: the same for all directions of a request.
  public var kind: String {
    normalisation.rawValue + (seed == 0 ? "" : ", seed \(seed)") + (includesVectors ? ", vectors" : "")
  }
}

/// A point of a curve or surface.
public enum SurfacePoint: Sendable, Hashable, Codable {
  /// A checkpoint itself, with exactly its bits.
  case exact(ExactPoint)
  /// Row `i` of the alpha axis and column `j` of the beta axis, from 0, with their coordinates; a curve has column 0 at
  /// beta 0.
  case grid(i: Int, j: Int, alpha: Double, beta: Double)
}

/// A point of a curve or surface that is a checkpoint, as far as its parameters move.
public enum ExactPoint: String, Sendable, Hashable, Codable, CaseIterable {
  /// Where the directions of a line or plane start, at (0, 0).
  case theta0
  /// The target: at (1, 0) on a line or plane, at (0, 0) where the directions start there.
  case theta1
  /// The third model of a plane, at (0, 1/s).
  case theta2
}

/// The fixed examples that points are evaluated on.
public struct Subset: Sendable, Hashable, Codable {
  /// Training examples, at least 1; in a plan's units not more than the cell trains on.
  public var train = 256
  /// Dev examples, at least 1; in a plan's units not more than there are.
  public var dev = 256
  /// Keys which examples are taken.
  public var seed = 7
  /// Examples per forward pass, 1 to 65 536; the last may have fewer.
  public var batch = 32

  /// The default subset.
  public init() {}

  enum CodingKeys: String, CodingKey, CaseIterable {
    case train, dev, seed, batch
  }
}
