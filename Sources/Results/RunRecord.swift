internal import Foundation
internal import POSIX
public import Sweep
internal import TensorFiles

/// How a run was made: `run.json`. Its facts, with the sweep file, fix the plan; the rest is for people.
public struct RunRecord: Sendable, Equatable, Codable {
  /// The facts about model, data and program that the plan was made from.
  public var inputs: SweepInputs
  /// The program and its version.
  public var program: String
  /// The MPI library.
  public var mpi: String
  /// OpenBLAS's description of itself.
  public var blas: String
  /// The processor's name.
  public var processor: String
  /// The host of each rank of the last start.
  public var hosts: [String]
  /// The model's directory.
  public var model: String
  /// The data folder.
  public var data: String
  /// The sweep's name, which its file need not say; nil in a record of an earlier version.
  public var name: String?

  /// A record from its parts.
  public init(
    inputs: SweepInputs, program: String, mpi: String, blas: String, processor: String, hosts: [String], model: String,
    data: String, name: String? = nil
  ) {
    self.inputs = inputs
    self.program = program
    self.mpi = mpi
    self.blas = blas
    self.processor = processor
    self.hosts = hosts
    self.model = model
    self.data = data
    self.name = name
  }

  /// Reads the record of a run directory; nil when there is none.
  ///
  /// - Throws: ``ResultsError/unreadable(path:reason:)``
  public static func read(from run: RunDirectory) throws -> RunRecord? {
    guard let data = FileManager.default.contents(atPath: run.runFile.path) else { return nil }
    do { return try JSONDecoder().decode(RunRecord.self, from: data) } catch {
      throw ResultsError.unreadable(path: run.runFile.path, reason: "not the record of a run")
    }
  }

  /// Writes the record into a run directory.
  ///
  /// - Throws: `TensorFileError`
  public func write(to run: RunDirectory) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let data = try encoder.encode(self)
    try AtomicFile.write(to: run.runFile) { file in
      try data.withUnsafeBytes { try file.append($0.bytes) }
    }
  }
}
