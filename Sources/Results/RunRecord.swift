internal import Foundation
public import GLUE
internal import POSIX
public import Sweep

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
  /// The hosts of the last start and what each has; nil in records of seedscape 0.1.
  public var machines: [Machine]?
  /// The model's directory.
  public var model: String
  /// The data folder.
  public var data: String
  /// The sweep's name, which its file need not say; nil in a record of an earlier version.
  public var name: String?
  /// The classes of each task with their rows, in the order of their ids; nil in records of versions that did not say.
  public var classes: [String: [ClassCount]]?
  /// What the user was told at the last start of what is decided without a question; nil likewise.
  public var notices: [String]?

  /// A host, and what its ranks said that they have, which is the same on all hosts but for the processor.
  public struct Machine: Sendable, Equatable, Codable {
    /// The host's name.
    public let host: String
    /// Its ranks.
    public let ranks: [Int]
    /// The processor's name.
    public let processor: String
    /// The program and its version.
    public let program: String
    /// The first digits of the SHA-256 of the program's file.
    public let build: String
    /// OpenBLAS and its version.
    public let blas: String
    /// The kernels that it uses.
    public let kernels: String

    /// A host from its parts.
    public init(
      host: String, ranks: [Int], processor: String, program: String, build: String, blas: String, kernels: String
    ) {
      (self.host, self.ranks, self.processor) = (host, ranks, processor)
      (self.program, self.build, self.blas, self.kernels) = (program, build, blas, kernels)
    }
  }

  /// A record from its parts.
  public init(
    inputs: SweepInputs, program: String, mpi: String, blas: String, processor: String, hosts: [String],
    machines: [Machine], model: String, data: String, name: String, classes: [String: [ClassCount]]? = nil,
    notices: [String]? = nil
  ) {
    self.inputs = inputs
    self.program = program
    self.mpi = mpi
    self.blas = blas
    self.processor = processor
    self.hosts = hosts
    self.machines = machines
    self.model = model
    self.data = data
    self.name = name
    self.classes = classes
    self.notices = notices
  }

  /// Reads the record of a run directory; nil when there is none.
  ///
  /// - Throws: ``ResultsError/unreadable(path:reason:)``, `SystemError`.
  public static func read(from run: RunDirectory) throws -> RunRecord? {
    let path = run.runFile.path
    guard try System.exists(path) else { return nil }
    let bytes = try System.read(path)
    guard let record = try? JSONDecoder().decode(RunRecord.self, from: Data(bytes)) else {
      throw ResultsError.unreadable(path: path, reason: "not the record of a run")
    }
    if let problem = record.inputs.problem { throw ResultsError.unreadable(path: path, reason: problem) }
    return record
  }

  /// Writes the record into a run directory.
  ///
  /// - Throws: `SystemError`
  public func write(to run: RunDirectory) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let data = try encoder.encode(self)
    try AtomicFile.write(to: run.runFile) { file in
      try data.withUnsafeBytes { try file.append($0.bytes) }
    }
  }
}

extension SweepInputs {
  /// What facts about model and data cannot be, as a plan counts with them; nil where all can.
  fileprivate var problem: String? {
    func isHash(_ identity: Identity) -> Bool {
      identity.hex.utf8.count == 64 && identity.hex.allSatisfy { $0.isASCII && $0.isHexDigit && !$0.isUppercase }
    }
    let limit = 1_000_000_000_000
    guard isHash(model.hash), (1...limit).contains(model.parameterCount), (1...100_000).contains(model.layers),
      (1...10_000_000).contains(model.channels)
    else { return "its facts about the model cannot be" }
    for (name, facts) in tasks.sorted(by: { $0.key < $1.key }) {
      let numbers = [facts.tokensPerExample, facts.operationsPerExample]
      guard isHash(facts.trainHash), isHash(facts.devHash), (0...limit).contains(facts.trainRows),
        (0...limit).contains(facts.devRows), numbers.allSatisfy({ (0...1e30).contains($0) })
      else { return "its facts about the task \(name.prefix(80)) cannot be" }
    }
    return nil
  }
}
