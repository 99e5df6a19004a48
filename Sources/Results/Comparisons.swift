internal import Foundation
internal import LearningDynamics
internal import Sweep
internal import TensorFiles

// Comparisons between models, as their payloads hold them. [METHODS 5 to 7]
extension RunResults {
  /// A comparison's figures as they were recorded: of each measure, layer by layer, [P]; NaN where there is none.
  struct Compared {
    let comparison: Comparison
    /// By measure; of attention the mean over heads.
    fileprivate(set) var distances: [Measure: [[Double]]] = [:]
  }

  static let modelColumns: [Column] = [.text("a"), .text("b"), .count("step_b")]

  func fields(of comparison: Comparison, pair: (a: Int, b: Int)) -> [String] {
    let (a, b) = (comparison.models[pair.a], comparison.models[pair.b])
    let step =
      switch b {
      case .initial: 0
      case .snapshot(_, let step): step
      case .final(let cell): cell.recipe.steps(examples: cell.recipe.trainRows ?? 0)
      }
    return [a.name, b.name, "\(step)"]
  }

  /// All comparisons with what is known of them.
  func compared() throws -> [Compared] {
    try plan.comparisons.map { planned in
      var compared = Compared(comparison: planned.comparison)
      let pairs = planned.comparison.pairs.count
      if let file = try planned.attention.flatMap({ try payload($0) }) {
        let layers = try Self.shape(of: "heads.mean", in: file, count: 3)[0]
        let means = try Self.numbers("layers.mean", in: file, count: layers * pairs)
        compared.distances[.attention] = (0..<layers).map { Array(means[$0 * pairs..<($0 + 1) * pairs]) }
      }
      if let file = try planned.similarity.flatMap({ try payload($0) }) {
        for measure in planned.measures {
          compared.distances[measure] = try layers(of: file).map {
            try Self.numbers("\(measure.rawValue).\($0)", in: file, count: pairs)
          }
        }
      }
      return compared
    }
  }

  /// An array of a payload.
  ///
  /// - Throws: ``ResultsError/unreadable(path:reason:)`` where it has another number of elements, `TensorFileError`.
  static func numbers(_ name: String, in file: SafetensorsFile, count: Int) throws -> [Double] {
    let numbers = try file.float64(name)
    guard numbers.count == count else {
      throw ResultsError.unreadable(path: file.path, reason: "\(name) has \(numbers.count) elements, expected \(count)")
    }
    return numbers
  }

  /// The shape of an array of a payload, likewise.
  static func shape(of name: String, in file: SafetensorsFile, count: Int) throws -> [Int] {
    guard let shape = file.entry(name)?.shape, shape.count == count, shape.allSatisfy({ $0 < 1_000_000 }) else {
      throw ResultsError.unreadable(path: file.path, reason: "it has no \(name) of \(count) dimensions")
    }
    return shape
  }

  func layers(of file: SafetensorsFile) -> Range<Int> {
    0..<file.entries.count { $0.name.hasPrefix("kept.") }
  }

  /// A number, or nothing for NaN: what does not exist.
  static func field(_ value: Double) -> String { CSV.number(value.isNaN ? nil : value) }
}
