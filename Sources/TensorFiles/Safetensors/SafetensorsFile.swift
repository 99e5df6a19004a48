public import Foundation
import POSIX

/// A safetensors file, mapped into memory. Its header is checked when it is opened.
///
/// Copies share the mapping. The format: https://github.com/huggingface/safetensors#format.
public struct SafetensorsFile: TensorSource {
  /// The tensors in the order of their bytes.
  public let entries: [TensorEntry]
  /// The header's `__metadata__`; empty if there is none.
  public let metadata: [String: String]

  private let mapping: MappedFile
  private let dataOffset: Int
  private let positions: [String: Int]

  /// Opens the file at `url`.
  ///
  /// - Throws: `SystemError` or `NotAFile` if it cannot be mapped; `.truncated`, `.trailingBytes`, `.invalidHeader`,
  ///   `.invalidTensor` or `.unsupportedType` if it is not a complete safetensors file whose tensors have types in
  ///   `DType` and follow each other without gaps.
  public init(_ url: URL) throws {
    let mapping = try MappedFile(url)
    let header = try withExtendedLifetime(mapping) {
      try SafetensorsHeader(parsing: mapping.bytes, path: mapping.path)
    }
    self.mapping = mapping
    entries = header.entries
    metadata = header.metadata
    dataOffset = header.dataOffset
    positions = Dictionary(uniqueKeysWithValues: header.entries.enumerated().map { ($1.name, $0) })
  }

  /// The path, as named in messages.
  public var path: String { mapping.path }

  /// The bytes of all tensors as in the file, in the order of `entries`. Valid as long as this value or a copy of it
  /// lives. Code that keeps the pointer must keep the value too (`withExtendedLifetime`).
  public var dataSection: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: mapping.bytes[dataOffset...]) }

  /// The tensor's entry in the header; nil if there is no tensor of that name.
  public func entry(_ name: String) -> TensorEntry? { positions[name].map { entries[$0] } }

  /// This file, if it holds the tensor.
  ///
  /// - Throws: `TensorFileError.missingTensor`.
  public func file(holding name: String) throws -> SafetensorsFile {
    guard positions[name] != nil else { throw TensorFileError.missingTensor(path: path, tensor: name) }
    return self
  }

  /// Calls `body` with a tensor's bytes, which stay mapped during the call.
  func withTensor<Result>(_ name: String, _ body: (TensorView) throws -> Result) throws -> Result {
    guard let entry = entry(name) else { throw TensorFileError.missingTensor(path: path, tensor: name) }
    return try withExtendedLifetime(mapping) {
      try body(
        TensorView(entry: entry, bytes: UnsafeRawBufferPointer(rebasing: dataSection[entry.byteRange]), path: path))
    }
  }
}
