import Experiments
import Foundation
import LearningDynamics
import Sweep
import TensorFiles
import Testing

/// Every kind of unit runs on a small site, without MPI and without a ledger, and its figures fit those of the others.
@Suite(.serialized) struct KindTests {
  /// The outcomes of a small plan, by unit.
  private struct Outcomes {
    let plan: Plan
    let figures: [Identity: [String: Double]]
    let payloads: [Identity: [UInt8]]

    func of<Kind: WorkOfKind>(_ id: Identity, _ kind: Kind.Type) -> Figures<Kind.Figure> {
      Figures(Measurements(figures[id] ?? [:]))
    }

    func payload(_ id: Identity) throws -> SafetensorsFile {
      let url = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).safetensors")
      try Data(payloads[id] ?? []).write(to: url)
      defer { try? FileManager.default.removeItem(at: url) }
      return try SafetensorsFile(url)
    }
  }

  /// Two tasks, two seeds, two epochs, and something of every section.
  private static let yaml = """
    model: minute/model
    data: minute/glue
    tasks: [SST-2, MRPC]
    seeds: {count: 2}
    recipe: {epochs: 2, batch: 16, learning_rate: 3e-3, max_length: 32, train_rows: 32, snapshots: {every: 1 epochs}}
    subset: {train: 16, dev: 16}
    curves: [{tasks: [MRPC], seeds: [0], alpha: [0, 1, 3]}, {along: random, tasks: [MRPC], seeds: [0], alpha: [-1, 1, 3]}]
    surfaces: [{task: MRPC, other: SST-2, alpha: [0, 1, 2], beta: [0, 1, 2]}]
    trajectories: [{tasks: [MRPC], seeds: [0], other: SST-2}]
    rollback: {tasks: [MRPC], seeds: [0], groups: [all, layer 0], layers: none}
    curvature: [{tasks: [MRPC], seeds: [0], steps: 3, probes: 1}]
    probes: [{name: p, task: MRPC, examples: 16}]
    consistency: {tasks: [MRPC], measures: [attention_js, svcca, cca, pwcca, cka, procrustes, rsa]}
    """

  private static func run() throws -> Outcomes {
    let root = FileManager.default.temporaryDirectory.appending(path: "kinds-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: root) }
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "jobs/sweeps")
    let run = RunDirectory(root: root)
    let site = try Site(try SweepFile(yaml: yaml, path: "kinds.yaml"), in: folder, run: run)
    let plan = try Plan(sweep: site.sweep, inputs: try site.survey(program: "test").inputs)
    for folder in run.folders(for: plan) {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }
    try site.prepareModels()
    let worker = UnitWorker(site)
    var (figures, payloads): ([Identity: [String: Double]], [Identity: [UInt8]]) = ([:], [:])
    for unit in plan.units {
      let inputs = figures.filter { unit.needs.contains($0.key) }
      guard case .done(let measurements, let payload) = try worker.run(unit, inputs: inputs, context: UnitContext())
      else {
        Issue.record("\(unit.name) did not finish")
        continue
      }
      figures[unit.id] = measurements
      payloads[unit.id] = payload
      if let payload { try Data(payload).write(to: root.appending(path: RunDirectory.payloadPath(of: unit))) }
    }
    return Outcomes(plan: plan, figures: figures, payloads: payloads)
  }

  @Test func everyKindRunsAndFitsTheOthers() throws {
    let outcomes = try Self.run()
    let plan = outcomes.plan
    #expect(Set(plan.units.map(\.kind)) == Set(Work.Kind.allCases))
    #expect(outcomes.figures.count == plan.units.count)

    let curve = try #require(plan.curves.first { $0.surface.isAlongFineTuning })
    let surface = try #require(plan.surfaces.first)
    let trajectory = try #require(plan.trajectories.first)
    let theta1 = outcomes.of(try #require(curve.exact[.theta1]), PointWork.self)
    #expect(theta1[.trainingLoss].map { $0.isFinite } == true && theta1[.devLossError] != nil)
    // Ends of the curve are its exact points, and at beta 0 the surface's points are the curve's.
    for (index, exact) in [(0, ExactPoint.theta0), (2, .theta1)] {
      let point = outcomes.of(curve.grid[index], PointWork.self)
      let end = outcomes.of(try #require(curve.exact[exact]), PointWork.self)
      let (a, b) = (try #require(point[.devLoss]), try #require(end[.devLoss]))
      #expect(abs(a - b) < 1e-5)
    }
    #expect(surface.grid[0] == curve.grid[0] && surface.grid[2] == curve.grid[2])

    // s is the ratio of the lengths, and the trajectory's are the surface's.
    let axes = outcomes.of(surface.axes, AxesWork.self)
    let (length1, length2) = (try #require(axes[.length1]), try #require(axes[.length2]))
    #expect(abs(try #require(axes[.scale]) - length1 / length2) < 1e-9)
    let places = outcomes.of(trajectory.unit, TrajectoryWork.self)
    let last = try #require(trajectory.snapshots.last)
    #expect(abs(try #require(places[.length1]) - length1) < 1e-6 * length1)
    #expect(abs(try #require(places[.alpha(step: last.step)]) - 1) < 1e-6)
    #expect(abs(try #require(places[.beta(step: 0)])) < 1e-9)
    // The last snapshot is the final model.
    let own = outcomes.of(last.unit, SnapshotWork.self)
    #expect(own[.init(.own, .devLoss)] == theta1[.devLoss] && own[.init(.finalHead, .devLoss)] == theta1[.devLoss])

    // What is lost when all of the encoder is put back.
    let cell = curve.surface.cell
    let tuned = outcomes.of(cell.id, FineTuningWork.self)
    for planned in plan.rollbacks {
      let rolled = outcomes.of(planned.unit, RollbackWork.self)
      let (before, after) = (tuned[.dev(metric: "f1")], rolled[.dev(metric: "f1")])
      if let before, let after, let drop = rolled[.drop] { #expect(abs(before - after - drop) < 1e-12) }
      #expect(rolled[.devLoss] != tuned[.devLoss])
    }
    #expect(tuned[.steps] == 4 && tuned[.epoch(2, .devLoss)] == tuned[.devLoss])

    let curvature = outcomes.of(try #require(plan.curvatures.first).unit, CurvatureWork.self)
    #expect(curvature[.loss] == theta1[.trainingLoss])
    #expect(curvature[.eigenvalue(1)]?.isFinite == true && curvature[.trace] != nil && curvature[.steps] == 3)

    // Of each measure a distance of every pair in every layer.
    let comparison = try #require(plan.comparisons.first)
    let similarity = try outcomes.payload(try #require(comparison.similarity))
    for measure in comparison.measures {
      let distances = try similarity.float64("\(measure.rawValue).2")
      #expect(distances.count == 3 && distances.allSatisfy { (0...2).contains($0) }, "\(measure.rawValue)")
    }
    let attention = try outcomes.payload(try #require(comparison.attention))
    #expect(try attention.float64("layers.mean").allSatisfy { (0...0.7).contains($0) })
    #expect(outcomes.of(try #require(comparison.attention), AttentionWork.self)[.examples] == 16)
  }
}
