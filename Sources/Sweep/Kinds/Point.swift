public import Foundation

/// Evaluates one point of a curve or surface.
public struct PointWork: WorkOfKind {
  /// The kind.
  public static let kind = Work.Kind.point
  /// The part of a sweep that progress counts it with.
  public static let phase = Phase.points

  /// The curve or surface.
  public let surface: Shared<Surface>
  /// The unit of its axes.
  public let axes: Identity
  /// Which point.
  public let point: SurfacePoint

  /// A point from its parts.
  public init(_ surface: Shared<Surface>, axes: Identity, _ point: SurfacePoint) {
    (self.surface, self.axes, self.point) = (surface, axes, point)
  }

  /// What a person calls it.
  public var name: String {
    switch point {
    case .exact(let exact): "\(surface.value.name) \(exact.rawValue)"
    case .grid(_, _, let alpha, let beta):
      "\(surface.value.name) " + (surface.value.isCurve ? "\(alpha)" : "(\(alpha), \(beta))")
    }
  }

  /// The cells whose models have a part in it, and the axes where it takes their scale or directions.
  public var needs: [Identity] {
    let surface = surface.value
    return switch (point, surface.span) {
    case (.exact(.theta2), _): surface.cells.map(\.id)
    case (.exact, _): surface.cellsOfLine.map(\.id)
    case (.grid(_, _, _, let beta), .line), (.grid(_, _, _, let beta), .plane):
      beta == 0 ? surface.cellsOfLine.map(\.id) : surface.cells.map(\.id) + [axes]
    case (.grid, .random), (.grid, .trajectory): surface.cells.map(\.id) + [axes]
    }
  }
  /// The models whose files it reads.
  public var models: [ModelState] { surface.value.models }

  /// The files of the units that it needs.
  public func files(in run: RunDirectory) -> [(need: Identity, file: URL)] {
    guard case .grid = point else { return [] }
    return surface.value.ownDirections.map { (axes, run.direction($0, of: surface.value, axes: axes)) }
  }

  /// How many threads share it.
  public var threads: Int { surface.value.cell.recipe.threads }

  /// What it measures; the error is absent where it is undefined.
  public enum Figure: String, FigureName, CaseIterable {
    /// The mean loss of the subset's training examples, and its standard error.
    case trainingLoss = "training_loss"
    case trainingLossError = "training_loss_se"
    /// The same of its dev examples.
    case devLoss = "dev_loss"
    case devLossError = "dev_loss_se"
    /// 1 - the main metric on these.
    case devError = "dev_error"
    case devErrorError = "dev_error_se"
  }
}

/// What makes two points the same, but for their coordinates. Where d2 has no part in it its span is that of a curve, and it is
/// the same point in every curve and surface of a model.
private struct PointForm: Encodable {
  let kind = Work.Kind.point
  let target: ModelForm?
  /// nil for theta1 itself.
  let span: SpanForm?
  let group: GroupForm?
  let movesHead: Bool
  let subset: Subset
  let exact: ExactPoint?

  init(_ surface: Surface, withSecond: Bool, exact: ExactPoint? = nil) {
    // theta1 rests at theta1: it is the same point in every group and span.
    let isTarget = exact == .theta1 && (surface.group == nil || surface.elsewhere == .theta1)
    target = ModelForm(surface.target)
    span = isTarget ? nil : SpanForm(surface.span, withSecond: withSecond)
    group = isTarget ? nil : surface.group.map { GroupForm($0, elsewhere: surface.elsewhere) }
    movesHead = !isTarget && surface.movesHead
    (subset, self.exact) = (surface.subset, exact)
  }
}

/// The identities of a surface's points: what they have in common is hashed once.
struct PointIdentities {
  private let surface: Surface
  private let line: Identity
  private let plane: Identity

  init(_ surface: Surface) throws {
    self.surface = surface
    line = try Identity(of: PointForm(surface, withSecond: false))
    plane = try Identity(of: PointForm(surface, withSecond: true))
  }

  func exact(_ point: ExactPoint) throws -> Identity {
    try Identity(of: PointForm(surface, withSecond: point == .theta2, exact: point))
  }

  func grid(_ alpha: Double, _ beta: Double) -> Identity {
    Identity(ofBytes: "\((beta == 0 ? line : plane).hex) \(alpha) \(beta)".utf8)
  }
}

extension Costs {
  /// Forward of the subset, and 4 passes to place the parameters.
  func point(_ subset: Subset, _ task: TaskFacts) -> Double {
    forward(Double(subset.train + subset.dev), task) + vectors(4)
  }
}
