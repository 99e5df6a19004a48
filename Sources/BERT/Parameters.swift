public import Foundation
public import LinearAlgebra
public import TensorFiles

/// A flat parameter vector to read, and whatever keeps its memory alive: a mapped file, or a buffer of this process.
public struct Parameters: @unchecked Sendable {
  // Unchecked: the memory is only read.

  /// The first of `count` numbers in the order of the parameter table.
  public let base: UnsafePointer<Float>
  /// How many numbers there are.
  public let count: Int
  /// Whether the numbers are a file's bytes in place, shared by all processes of a node that map it.
  public let isMapped: Bool
  private let owner: Owner

  private enum Owner {
    case file(SafetensorsFile)
    case buffer(AlignedBuffer<Float>)
  }

  /// Numbers in a buffer, which nobody may write to from now on.
  public init(_ buffer: AlignedBuffer<Float>) {
    base = UnsafePointer(buffer.pointer)
    count = buffer.count
    isMapped = false
    owner = .buffer(buffer)
  }

  /// The numbers of `file` in place, or nil where its bytes are not the vector: another order, another type.
  public init?(_ file: SafetensorsFile, of model: BERTModel) {
    let expected = model.tensorNames
    guard file.entries.count == expected.count else { return nil }
    for (entry, (tensor, name)) in zip(file.entries, zip(model.table.entries, expected)) {
      guard entry.name == name, entry.dtype == .float32, entry.shape == tensor.shape,
        entry.byteRange.lowerBound == tensor.range.lowerBound * MemoryLayout<Float>.size
      else { return nil }
    }
    guard let first = expected.first, let base = file.mappedFloat32(first)?.baseAddress else { return nil }
    self.base = base
    count = model.table.count
    isMapped = true
    owner = .file(file)
  }
}

extension BERTModel {
  /// The names under which Hugging Face's classes know the table's entries: those of BertForSequenceClassification or
  /// BertForMaskedLM for a model with such a head, those of BertModel otherwise.
  public var tensorNames: [String] {
    table.entries.map { $0.group != .head && table.headKind != nil ? "bert." + $0.name : $0.name }
  }

  /// Writes a flat vector as one safetensors file; in Float32 its data section is the vector itself, so that it can be
  /// mapped.
  ///
  /// - Throws: `TensorFileError`.
  public func write(
    _ parameters: UnsafePointer<Float>, as storage: WeightStorage = .float32, to url: URL,
    metadata: [String: String] = [:]
  ) throws {
    let names = tensorNames
    let descriptions = zip(names, table.entries).map {
      TensorDescription(name: $0, dtype: storage == .float32 ? .float32 : .float16, shape: $1.shape)
    }
    var writer = try SafetensorsWriter(
      to: url, tensors: descriptions, metadata: metadata.merging(["format": "pt"]) { own, _ in own })
    for (name, entry) in zip(names, table.entries) {
      let elements = UnsafeBufferPointer(start: parameters + entry.range.lowerBound, count: entry.range.count)
      switch storage {
      case .float32: try writer.append(elements.span.bytes, to: name)
      case .float16:
        let halves = elements.map { Float16($0) }
        try writer.append(halves.span.bytes, to: name)
      }
    }
    try writer.finish()
  }
}

/// How weights are stored in a file.
public enum WeightStorage: String, Sendable, CaseIterable {
  /// As they are.
  case float32
  /// Rounded to IEEE 754 binary16, in half the space; for models that are published.
  case float16
}
