/// Measures the directions that span a curve or surface: norms, scale, cosine. Directions that are not differences of models
/// are made here, as files.
public struct AxesWork: WorkOfKind {
  /// The kind.
  public static let kind = Work.Kind.axes
  /// The part of a sweep that progress counts it with.
  public static let phase = Phase.points

  /// The curve or surface.
  public let surface: Shared<Surface>

  /// The axes of a curve or surface.
  public init(_ surface: Shared<Surface>) { self.surface = surface }

  /// What a person calls it.
  public var name: String { "\(surface.value.name) axes" }
  /// The units whose outcomes or files it reads.
  public var needs: [Identity] { surface.value.cells.map(\.id) }
  /// The models whose files it reads.
  public var models: [ModelState] {
    let surface = surface.value
    return surface.models + (surface.span == .trajectory ? surface.cell.snapshots : [])
  }
  /// How many threads share it.
  public var threads: Int { 1 }

  /// What it measures.
  public enum Figure: String, FigureName {
    /// |d1|; of a surface |d2| and the cosine between them.
    case length1, length2, cosine
    /// s = |d1| / |d2|, of a plane through models.
    case scale
    /// Of a trajectory's plane, the shares of variance along its two directions.
    case explained1 = "explained.1"
    case explained2 = "explained.2"
  }
}

/// What makes the directions of two curves or surfaces the same.
private struct AxesForm: Encodable {
  let kind = Work.Kind.axes
  let target: ModelForm?
  let span: SpanForm
  let group: GroupForm?
}

extension AxesWork {
  /// The unit.
  static func unit(of surface: Shared<Surface>, _ costs: Costs) throws -> WorkUnit {
    let form = AxesForm(
      target: ModelForm(surface.value.target), span: SpanForm(surface.value.span, withSecond: true),
      group: surface.value.group.map { GroupForm($0, elsewhere: surface.value.elsewhere) })
    return WorkUnit(id: try Identity(of: form), work: .axes(AxesWork(surface)), cost: costs.axes(surface.value))
  }
}

extension Costs {
  /// Two differences, two norms and a product of vectors: 6 passes. Random directions: about as many for drawing, scaling and
  /// writing each. Of a trajectory: products of its snapshots.
  fileprivate func axes(_ surface: Surface) -> Double {
    switch surface.span {
    case .line, .plane: vectors(6)
    case .random(let random): vectors(random.isPlane ? 40 : 20)
    case .trajectory: products(ofSnapshots: surface.cell.snapshots.count)
    }
  }
}
