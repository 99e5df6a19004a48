internal import BERT
internal import FineTuning
internal import Foundation
internal import GLUE
internal import LearningDynamics
internal import LinearAlgebra
internal import Randomness
internal import Sweep
internal import TensorFiles

extension UnitWorker {
  /// A cell's final model on a probe: `kept.L` for each layer; payload `rows`, the indices of the rows that were taken,
  /// and `basis.L`, [N, k].
  func takeBases(of cell: Cell, on probe: Probe, _ unit: WorkUnit) throws -> Result {
    let (model, parameters) = try finalModel(of: cell, try need(0, of: unit), unit: unit)
    // A surface's memory is not held beside a probe's.
    forgetEvaluator()
    let data = try examples(of: probe, cutFor: cell)
    let features = Features(model, data, probe)
    let states = withExtendedLifetime(parameters) { features.take(parameters.base, team: team) }
    var arrays = [
      NamedArray(
        name: "rows", shape: [features.rows.count], elements: .int64(features.rows.map(Int64.init)))
    ]
    var measurements = ["rows": Double(features.rows.count)]
    for (layer, values) in states.enumerated() {
      let basis = try FeatureBasis(values, columns: model.configuration.hiddenSize)
      arrays.append(
        NamedArray(name: "basis.\(layer)", shape: [basis.rows, basis.kept], elements: .float64(basis.vectors)))
      measurements["kept.\(layer)"] = Double(basis.kept)
    }
    return .done(measurements: measurements, payload: try Safetensors.encode(arrays))
  }

  /// At rank 0: the gathered bases of all cells, reduced layer by layer; payload `svcca.L`, [cells, cells], NaN where a
  /// distance does not exist, `kept.L`, [cells], and `degenerate.L`, [cells, cells].
  func compare(_ cells: [Cell], _ unit: WorkUnit) throws -> Result {
    forgetEvaluator()
    let files = try unit.needs.map { try SafetensorsFile(try payload($0)) }
    let rows = try files.map { try $0.int64("rows") }
    guard let first = rows.first, rows.allSatisfy({ $0 == first }) else {
      throw ExperimentError.probeRowsDiffer(unit: unit.name)
    }
    let count = cells.count
    var arrays: [NamedArray] = []
    var measurements = ["rows": Double(first.count)]
    for layer in 0...site.checkpoint.configuration.layers {
      // One layer's bases at a time: rank 0 holds cells x rows x kept numbers.
      let bases = try files.map { file in
        let shape = file.entry("basis.\(layer)")?.shape ?? [0, 0]
        return FeatureBasis(rows: shape[0], kept: shape[1], vectors: try file.float64("basis.\(layer)"))
      }
      var distances = [Double](repeating: 0, count: count * count)
      var degenerate = [UInt8](repeating: 0, count: count * count)
      var sum = 0.0
      for i in 0..<count {
        for j in 0..<i {
          let result = try SVCCA(bases[i], bases[j])
          let distance = result.distance ?? .nan
          (distances[i * count + j], distances[j * count + i]) = (distance, distance)
          let flag: UInt8 = result.isDegenerate ? 1 : 0
          (degenerate[i * count + j], degenerate[j * count + i]) = (flag, flag)
          sum += distance
        }
      }
      measurements["svcca.\(layer).mean"] = sum / Double(count * (count - 1) / 2)
      arrays += [
        NamedArray(name: "svcca.\(layer)", shape: [count, count], elements: .float64(distances)),
        NamedArray(name: "kept.\(layer)", shape: [count], elements: .int64(bases.map { Int64($0.kept) })),
        NamedArray(name: "degenerate.\(layer)", shape: [count, count], elements: .uint8(degenerate)),
      ]
    }
    return .done(measurements: measurements, payload: try Safetensors.encode(arrays))
  }
}
