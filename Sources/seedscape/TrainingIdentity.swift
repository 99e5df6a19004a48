import BERT
import GLUE
import LinearAlgebra
import Sweep

/// The canonical form of a training that can be stopped and resumed: all that can change a bit of it.
struct TrainingIdentity<Settings: Encodable>: Encodable {
  /// The program, and what it computes with.
  let environment = NumericEnvironment(program: Version.program, blas: BLAS.version, blasCore: BLAS.coreName)
  /// The model, every setting that its passes depend on included.
  let configuration: BERTConfiguration
  /// What is learned how, in what order, on how many threads.
  let settings: Settings
  let seeds: [UInt64]
  let threads: Int
  /// The first parameters.
  let start: Identity
  /// What is learned from, and evaluated on.
  let data: [Identity]

  /// - Parameter start: the first parameters of `model`.
  init(
    _ model: BERTModel, settings: Settings, seeds: [UInt64], threads: Int, start: UnsafePointer<Float>,
    data: [Identity]
  ) {
    configuration = model.configuration
    self.settings = settings
    self.seeds = seeds
    self.threads = threads
    self.start = Identity(
      ofBytes: UnsafeRawBufferPointer(start: start, count: model.table.count * MemoryLayout<Float>.size))
    self.data = data
  }
}

extension Identity {
  /// Of sequences: their tokens, segments and lengths.
  init(of sequences: InputSequences) throws {
    try self.init(
      of: [
        sequences.allTokens.withUnsafeBytes { Identity(ofBytes: $0) }, Identity(ofBytes: sequences.allSegments),
        sequences.lengths.withUnsafeBytes { Identity(ofBytes: $0) },
      ])
  }

  /// Of examples with their labels.
  init(of data: EncodedDataset) throws {
    try self.init(of: [try Identity(of: data.sequences), try Identity(of: data.labels)])
  }
}
