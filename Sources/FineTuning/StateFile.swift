internal import BERT
internal import Foundation
internal import LinearAlgebra
internal import POSIX
internal import TensorFiles

/// The file of a training under way: parameters, moments, and the figures of what was done, so that a resumed run has the
/// bits of an uninterrupted one.
struct StateFile {
  let url: URL
  /// What fixes the run's result; a state of another is refused.
  let identity: String

  /// Figures in rows of `columns` numbers.
  struct Figures {
    let name: String
    let columns: Int
    var numbers: [Double]

    var rows: Int { numbers.count / columns }
  }

  private static let vectors = ["parameters", "first_moment", "second_moment"]

  /// - Throws: `TensorFileError`, Foundation's file errors.
  func write(_ state: TrainingState, _ figures: [Figures]) throws {
    try System.makeFolder(url.deletingLastPathComponent().path)
    let buffers = [state.parameters, state.firstMoment, state.secondMoment]
    let tensors =
      figures.map { TensorDescription(name: $0.name, dtype: .float64, shape: [$0.rows, $0.columns]) }
      + zip(Self.vectors, buffers).map { TensorDescription(name: $0, dtype: .float32, shape: [$1.count]) }
    var writer = try SafetensorsWriter(to: url, tensors: tensors, metadata: ["identity": identity])
    for table in figures { try writer.append(table.numbers.span.bytes, to: table.name) }
    for (name, buffer) in zip(Self.vectors, buffers) {
      try writer.append(UnsafeBufferPointer(buffer.elements).span.bytes, to: name)
    }
    try writer.finish()
  }

  /// Reads figures and, once `accept` has taken them, the vectors of a table of `count` numbers.
  ///
  /// - Throws: ``FineTuningError/otherState(path:got:expected:)``,
  ///   ``FineTuningError/stateUnreadable(path:reason:)``, `TensorFileError`, what `accept` throws.
  func read(_ state: inout TrainingState, count: Int, _ names: [String], accept: ([[Double]]) throws -> Void) throws {
    let file = try SafetensorsFile(url)
    let got = file.metadata["identity"] ?? "unknown"
    guard got == identity else { throw FineTuningError.otherState(path: url.path, got: got, expected: identity) }
    try accept(names.map { try file.float64($0) })
    let vectors = try Self.vectors.map { name in
      guard let vector = file.mappedFloat32(name), vector.count == count, let base = vector.baseAddress else {
        throw FineTuningError.stateUnreadable(path: url.path, reason: "\(name) is not a vector of the model's size")
      }
      return base
    }
    withExtendedLifetime(file) {
      state.restore(parameters: vectors[0], firstMoment: vectors[1], secondMoment: vectors[2])
    }
  }
}
