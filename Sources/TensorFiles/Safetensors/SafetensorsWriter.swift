public import Foundation
import POSIX

/// Writes a safetensors file tensor by tensor, without holding it in memory.
///
/// The tensors lie in the file in the order given, one after the other; the data section starts at a multiple of 64
/// bytes; the same arguments make the same bytes. The format has no padding between tensors, so those after a narrow
/// type may be unaligned: list wide types first where the tensors are to be used in place.
///
/// The file appears under its name when `finish()` returns. A writer that goes away before leaves nothing behind.
public struct SafetensorsWriter: ~Copyable {
  private var file: AtomicFile
  private let path: String
  private let entries: [TensorEntry]
  private var current = 0
  private var written = 0

  /// Starts the file at `url`.
  ///
  /// - Parameters:
  ///   - url: the file to make or to replace; its directory exists.
  ///   - tensors: name, type and shape of each tensor, in the order in which their bytes follow.
  ///   - metadata: the header's `__metadata__`; transformers asks for `["format": "pt"]`.
  /// - Throws: `TensorFileError.invalidTensor` for a name used twice or reserved, or a negative or too large shape;
  ///   `SystemError`.
  public init(to url: URL, tensors: [TensorDescription], metadata: [String: String] = [:]) throws {
    let (header, bytes) = try SafetensorsHeader.layingOut(tensors, metadata: metadata, path: url.path)
    var file = try AtomicFile(replacing: url)
    try file.append(bytes.span.bytes)
    self.file = file
    path = url.path
    entries = header.entries
  }

  /// Appends bytes, little-endian, to tensor `name`: the one under way, or the next once that one is complete.
  ///
  /// - Throws: `TensorFileError.outOfOrder`, `.wrongByteCount` if they are more than the tensor has, `SystemError`.
  public mutating func append(_ bytes: RawSpan, to name: String) throws {
    while current < entries.count, entries[current].name != name, isComplete { advance() }
    let expected = current < entries.count ? entries[current] : nil
    guard let expected, expected.name == name else {
      throw TensorFileError.outOfOrder(path: path, got: name, expected: expected?.name)
    }
    guard bytes.byteCount <= expected.byteRange.count - written else {
      throw wrongByteCount(expected, got: written + bytes.byteCount)
    }
    try file.append(bytes)
    written += bytes.byteCount
  }

  /// Makes the file durable under its name.
  ///
  /// - Throws: `TensorFileError.wrongByteCount` if a tensor lacks bytes, `SystemError`.
  public consuming func finish() throws {
    while current < entries.count {
      guard isComplete else { throw wrongByteCount(entries[current], got: written) }
      advance()
    }
    try file.commit()
  }

  private var isComplete: Bool { written == entries[current].byteRange.count }

  private mutating func advance() {
    current += 1
    written = 0
  }

  private func wrongByteCount(_ entry: TensorEntry, got: Int) -> TensorFileError {
    .wrongByteCount(path: path, tensor: entry.name, got: got, expected: entry.byteRange.count)
  }
}
