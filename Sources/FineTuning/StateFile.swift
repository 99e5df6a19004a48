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
  /// - Parameters:
  ///   - tables: the figures that are expected, each with its number of columns.
  ///   - accept: gets the rows of each table; throws a ``Damage`` where they cannot be.
  /// - Throws: ``FineTuningError/otherState(path:got:expected:)``,
  ///   ``FineTuningError/stateUnreadable(path:reason:)`` for a file that is damaged in any way, `SystemError` where the
  ///   system does not let it be read.
  func read(
    _ state: inout TrainingState, count: Int, _ tables: [(name: String, columns: Int)],
    accept: ([[ArraySlice<Double>]]) throws(Damage) -> Void
  ) throws {
    do {
      let file = try SafetensorsFile(url)
      guard let got = file.metadata["identity"] else { throw Damage("it does not say of which run it is") }
      guard got == identity else { throw FineTuningError.otherState(path: url.path, got: got, expected: identity) }
      try accept(tables.map { try rows(of: file, $0.name, columns: $0.columns) })
      let vectors = try Self.vectors.map { try vector(of: file, $0, count: count) }
      // Only what is whole is taken over.
      withExtendedLifetime(file) {
        state.restore(parameters: vectors[0], firstMoment: vectors[1], secondMoment: vectors[2])
      }
    } catch let error as Damage {
      throw FineTuningError.stateUnreadable(path: url.path, reason: error.reason)
    } catch let error as TensorFileError {
      throw FineTuningError.stateUnreadable(path: url.path, reason: "\(error)")
    } catch is NotAFile {
      throw FineTuningError.stateUnreadable(path: url.path, reason: "it is a folder or a device")
    }
  }

  /// What is wrong with the contents of a state.
  struct Damage: Error {
    let reason: String

    init(_ reason: String) { self.reason = reason }
  }

  private func rows(of file: SafetensorsFile, _ name: String, columns: Int) throws -> [ArraySlice<Double>] {
    guard let entry = file.entry(name) else { throw Damage("it has no `\(name)`") }
    guard entry.dtype == .float64, entry.shape.count == 2, entry.shape[1] == columns else {
      throw Damage("`\(name)` is \(entry.dtype.rawValue) \(entry.shape), F64 [rows, \(columns)] is expected")
    }
    let numbers = try file.float64(name)
    return stride(from: 0, to: numbers.count, by: columns).map { numbers[$0..<$0 + columns] }
  }

  private func vector(of file: SafetensorsFile, _ name: String, count: Int) throws -> UnsafePointer<Float> {
    guard let entry = file.entry(name) else { throw Damage("it has no `\(name)`") }
    guard entry.shape == [count], let vector = file.mappedFloat32(name), let base = vector.baseAddress else {
      throw Damage("`\(name)` is \(entry.dtype.rawValue) \(entry.shape), F32 [\(count)] is expected of this model")
    }
    let isMoment = name == "second_moment"
    guard vector.allSatisfy({ $0.isFinite && !(isMoment && $0 < 0) }) else {
      throw Damage("`\(name)` holds numbers that no step leaves")
    }
    return base
  }
}

extension StateFile {
  /// Checks what a step left, as every step must have left it.
  ///
  /// - Parameters:
  ///   - figures: numbers that are finite and at least 0.
  ///   - rate: the step's learning rate by the record, and `expected` by the settings.
  static func check(
    step: Int, figures: [Double], rate: Double, expected: Double
  ) throws(Damage) {
    guard figures.allSatisfy({ $0.isFinite && $0 >= 0 }) else {
      throw Damage("step \(step) has the figures \(figures), finite ones from 0 are expected")
    }
    guard rate == expected else {
      throw Damage("step \(step) has the learning rate \(rate), \(expected) is expected")
    }
  }
}
