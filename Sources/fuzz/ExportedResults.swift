import Foundation
import Ledger
import Sweep
import TensorFiles

/// A run whose numbers and arrays come from an input: the sections `numbers` (8 bytes each), `attention` and
/// `similarity` (safetensors, used as the payload of all units of that kind).
struct ExportedResults {
  let plan: Plan

  private static let losses = PointWork.Figure.allCases.map(\.text)
  private static let names: [Work.Kind: [String]] = [
    .fineTuning: [
      "dev_accuracy", "dev_f1", "degenerate", "epoch.1.training_loss", "epoch.1.dev_loss", "epoch.1.dev_accuracy",
      "epoch.2.training_loss", "epoch.2.dev_loss", "epoch.2.dev_accuracy",
    ],
    .axes: ["length1", "length2", "scale", "cosine", "explained.1"],
    .point: losses,
    .trajectory: ["hao_alpha.0", "alpha.0", "beta.0", "residual.0", "pc1.0", "explained.1"],
    .snapshot: losses.map { "own.\($0)" },
    .rollback: ["drop", "dev_accuracy"],
    .curvature: ["eigenvalue.1", "trace", "trace_se"],
    .similarity: ["rows"],
    .attention: ["examples"],
  ]

  /// Records every unit as done.
  func record(_ input: Sections, in run: RunDirectory) throws {
    let bytes = Array(input["numbers"] ?? [])
    let numbers = stride(from: 0, to: bytes.count - 7, by: 8).map { start in
      Double(bitPattern: bytes[start..<start + 8].reduce(0) { $0 << 8 | UInt64($1) })
    }
    var next = 0
    let outcomes = plan.units.map { unit in
      var measurements: [String: Double] = [:]
      for name in Self.names[unit.kind] ?? [] where !numbers.isEmpty {
        measurements[name] = numbers[next % numbers.count]
        next += 1
      }
      let payload: ArraySlice<UInt8>? =
        switch unit.kind {
        case .attention: input["attention"]
        case .similarity: input["similarity"]
        default: nil
        }
      return RecordedOutcome(
        unit: unit,
        outcome: Outcome(unit: unit.id, status: .done, measurements: measurements, payload: payload.map { Array($0) }),
        rank: 0, host: "host")
    }
    try Ledger(at: run).record(outcomes)
  }

  /// Ordinary numbers, and arrays of the right shapes.
  func seeds() throws -> [[UInt8]] {
    let numbers = [0.5, 0.25, 1, 0, 0.75].flatMap { withUnsafeBytes(of: $0.bitPattern.bigEndian) { Array($0) } }
    // All comparisons share one payload, so it has as many pairs as the largest.
    let pairs = plan.comparisons.map(\.comparison.pairs.count).max() ?? 1
    func array(_ name: String, _ shape: [Int]) -> NamedArray {
      let count = shape.reduce(1, *)
      return NamedArray(name: name, shape: shape, elements: .float64((0..<count).map { Double($0) / Double(count) }))
    }
    let attention = ["mean", "se"].flatMap {
      [array("layers.\($0)", [1, pairs]), array("heads.\($0)", [1, pairs, 2])]
    }
    let similarity = (0..<2).flatMap { layer in
      [NamedArray(name: "kept.\(layer)", shape: [3], elements: .int64([2, 2, 2]))]
        + ["svcca", "svcca_null"].map { array("\($0).\(layer)", [pairs]) }
    }
    return [
      Sections.joined([
        ("numbers", numbers), ("attention", try Safetensors.encode(attention)),
        ("similarity", try Safetensors.encode(similarity)),
      ])
    ]
  }
}
