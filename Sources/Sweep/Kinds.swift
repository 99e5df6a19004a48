// The one list of the kinds of work, and of the sections of a sweep file that ask for them. What there is to say of a kind
// stands in the file of its name: in `Sweep/Kinds` its section, plan and identity, in `Experiments/Kinds` how it runs, in
// `Results/Kinds` its tables. A kind that is listed here and lacks one of these does not compile.

/// What a unit does, as plain data. Boxed: a plan holds up to a million of them, most of one kind.
public indirect enum Work: Sendable, Hashable, Codable {
  case fineTuning(FineTuningWork)
  case axes(AxesWork)
  case point(PointWork)
  case trajectory(TrajectoryWork)
  case snapshot(SnapshotWork)
  case rollback(RollbackWork)
  case curvature(CurvatureWork)
  case probe(ProbeWork)
  case attention(AttentionWork)
  case similarity(SimilarityWork)

  /// The names of the kinds, in the ledger and in `seedscape plan`.
  public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
    case fineTuning = "fine-tuning"
    case axes, point, trajectory, snapshot, rollback, probe, attention, similarity, curvature
  }

  /// What kind of work it is.
  public var kind: Kind {
    switch self {
    case .fineTuning: .fineTuning
    case .axes: .axes
    case .point: .point
    case .trajectory: .trajectory
    case .snapshot: .snapshot
    case .rollback: .rollback
    case .curvature: .curvature
    case .probe: .probe
    case .attention: .attention
    case .similarity: .similarity
    }
  }

  /// The work as a value of its kind's own type.
  public var ofKind: any WorkOfKind {
    switch self {
    case .fineTuning(let work): work
    case .axes(let work): work
    case .point(let work): work
    case .trajectory(let work): work
    case .snapshot(let work): work
    case .rollback(let work): work
    case .curvature(let work): work
    case .probe(let work): work
    case .attention(let work): work
    case .similarity(let work): work
    }
  }

  /// Hands the work to the visitor's method for its kind.
  public func accept<Visitor: WorkVisitor>(_ visitor: Visitor) throws -> Visitor.Answer {
    switch self {
    case .fineTuning(let work): try visitor.visit(work)
    case .axes(let work): try visitor.visit(work)
    case .point(let work): try visitor.visit(work)
    case .trajectory(let work): try visitor.visit(work)
    case .snapshot(let work): try visitor.visit(work)
    case .rollback(let work): try visitor.visit(work)
    case .curvature(let work): try visitor.visit(work)
    case .probe(let work): try visitor.visit(work)
    case .attention(let work): try visitor.visit(work)
    case .similarity(let work): try visitor.visit(work)
    }
  }
}

/// Something that is done with work of every kind, one method a kind. Each method stands in the file of its kind.
public protocol WorkVisitor {
  associatedtype Answer
  func visit(_ work: FineTuningWork) throws -> Answer
  func visit(_ work: AxesWork) throws -> Answer
  func visit(_ work: PointWork) throws -> Answer
  func visit(_ work: TrajectoryWork) throws -> Answer
  func visit(_ work: SnapshotWork) throws -> Answer
  func visit(_ work: RollbackWork) throws -> Answer
  func visit(_ work: CurvatureWork) throws -> Answer
  func visit(_ work: ProbeWork) throws -> Answer
  func visit(_ work: AttentionWork) throws -> Answer
  func visit(_ work: SimilarityWork) throws -> Answer
}

/// Something that is said of every kind as such, likewise.
public protocol KindVisitor {
  associatedtype Answer
  func visit(_ kind: FineTuningWork.Type) throws -> Answer
  func visit(_ kind: AxesWork.Type) throws -> Answer
  func visit(_ kind: PointWork.Type) throws -> Answer
  func visit(_ kind: TrajectoryWork.Type) throws -> Answer
  func visit(_ kind: SnapshotWork.Type) throws -> Answer
  func visit(_ kind: RollbackWork.Type) throws -> Answer
  func visit(_ kind: CurvatureWork.Type) throws -> Answer
  func visit(_ kind: ProbeWork.Type) throws -> Answer
  func visit(_ kind: AttentionWork.Type) throws -> Answer
  func visit(_ kind: SimilarityWork.Type) throws -> Answer
}

extension Work.Kind {
  /// The type of its work.
  public var type: any WorkOfKind.Type {
    switch self {
    case .fineTuning: FineTuningWork.self
    case .axes: AxesWork.self
    case .point: PointWork.self
    case .trajectory: TrajectoryWork.self
    case .snapshot: SnapshotWork.self
    case .rollback: RollbackWork.self
    case .curvature: CurvatureWork.self
    case .probe: ProbeWork.self
    case .attention: AttentionWork.self
    case .similarity: SimilarityWork.self
    }
  }

  /// Calls the visitor's method for the kind.
  public func accept<Visitor: KindVisitor>(_ visitor: Visitor) throws -> Visitor.Answer {
    switch self {
    case .fineTuning: try visitor.visit(FineTuningWork.self)
    case .axes: try visitor.visit(AxesWork.self)
    case .point: try visitor.visit(PointWork.self)
    case .trajectory: try visitor.visit(TrajectoryWork.self)
    case .snapshot: try visitor.visit(SnapshotWork.self)
    case .rollback: try visitor.visit(RollbackWork.self)
    case .curvature: try visitor.visit(CurvatureWork.self)
    case .probe: try visitor.visit(ProbeWork.self)
    case .attention: try visitor.visit(AttentionWork.self)
    case .similarity: try visitor.visit(SimilarityWork.self)
    }
  }
}

/// What a sweep file asks for around its cells: a property for each section. The coding keys are the keys of the file.
public struct Requests: Sendable, Hashable, Encodable {
  /// The curves, distinct. Default: none.
  public let curves: [CurveRequest]
  /// The surfaces, distinct. Default: none.
  public let surfaces: [SurfaceRequest]
  /// The trajectories, distinct. Default: none.
  public let trajectories: [TrajectoryRequest]
  /// Which parts of the final models are put back to theta0; nil: none.
  public let rollback: RollbackRequest?
  /// The Hessians that are measured, distinct. Default: none.
  public let curvature: [CurvatureRequest]
  /// The probes, their names distinct. Default: none.
  public let probes: [Probe]
  /// What is compared over time; nil: nothing.
  public let dynamics: DynamicsRequest?
  /// What is compared between models; nil: nothing.
  public let consistency: ConsistencyRequest?

  enum CodingKeys: String, CodingKey, CaseIterable {
    case curves, surfaces, trajectories, rollback, curvature, probes, dynamics, consistency
  }

  /// - Throws: ``SweepError``.
  init(_ keys: YAMLMapping<CodingKeys>, of grid: CellGrid) throws {
    curves = try CurveRequest.all(keys.value(.curves), of: grid)
    surfaces = try SurfaceRequest.all(keys.value(.surfaces), of: grid)
    trajectories = try TrajectoryRequest.all(keys.value(.trajectories), of: grid)
    rollback = try keys[.rollback].map { try RollbackRequest($0, of: grid) }
    curvature = try CurvatureRequest.all(keys.value(.curvature), of: grid)
    probes = try Probe.all(keys.value(.probes), of: grid)
    let probes = probes
    dynamics = try keys[.dynamics].map { try DynamicsRequest($0, of: grid, probes: probes) }
    consistency = try keys[.consistency].map { try ConsistencyRequest($0, of: grid, probes: probes) }
    if let value = keys[.probes], !probes.isEmpty, dynamics == nil, consistency == nil {
      throw value.unfit("probes that nothing uses", "dynamics or consistency, which compare models on them")
    }
  }
}

extension Requests.CodingKeys: SectionKey {
  static var section: SweepSection { .sweep }

  var declaration: KeyDeclaration {
    switch self {
    case .curves: .init(.mappings(.curves), default: .value("[]"), "the loss along lines")
    case .surfaces: .init(.mappings(.surfaces), default: .value("[]"), "the loss on planes")
    case .trajectories: .init(.mappings(.trajectories), default: .value("[]"), "the paths of fine-tunings")
    case .rollback: .init(.mapping(.rollback), default: .none, "parts of final models put back to theta0")
    case .curvature: .init(.mappings(.curvature), default: .value("[]"), "eigenvalues and trace of the Hessian")
    case .probes: .init(.mappings(.probes), default: .value("[]"), "the inputs on which models are compared")
    case .dynamics: .init(.mapping(.dynamics), default: .none, "comparisons over time")
    case .consistency: .init(.mapping(.consistency), default: .none, "comparisons between seeds and between tasks")
    }
  }
}

extension PlanBuilder {
  /// What plans the units, in the order in which they are handed out; what is put off to the end follows.
  static var planners: [any Planner.Type] {
    [
      FineTuningPlanner.self, CurvePlanner.self, SurfacePlanner.self, TrajectoryPlanner.self, RollbackPlanner.self,
      CurvaturePlanner.self, ComparisonPlanner.self,
    ]
  }
}

extension SweepSection {
  /// All sections, in the order of the reference: those of cells, those that ask for work, those of the job.
  public static let all: [SweepSection] = [
    .sweep, .tasks, .columns, .seeds, .recipe, .snapshots, .variants, .subset,
    .curves, .line, .surfaces, .plane, .random, .trajectories, .rollback, .curvature, .probes, .dynamics, .consistency,
    .gather, .failure,
  ]
}
