public import Foundation
import POSIX

/// Writes a safetensors file tensor by tensor, without holding it all in memory.
///
/// The tensors are stored in the given order, one after the other. The data section starts at a multiple of 64 bytes.
/// The same arguments give the same bytes. The format has no padding between tensors, so those after a narrow type may
/// be unaligned: list wide types first if the tensors are to be used in place.
///
/// The file appears under its name when `finish()` returns. A writer that is dropped before leaves nothing behind.
public struct SafetensorsWriter: ~Copyable {
  private var file: AtomicFile
  private let path: String
  private let entries: [TensorEntry]
  private var current = 0
  private var written = 0

  /// Starts the file at `url`.
  ///
  /// - Parameters:
  ///   - url: the file to create or replace; its directory must exist.
  ///   - tensors: name, type and shape of each tensor, in the order in which their bytes are written.
  ///   - metadata: the header's `__metadata__`; transformers expects `["format": "pt"]`.
  /// - Throws: `TensorFileError.invalidTensor` for a duplicate or reserved name, or a shape that is negative or too
  ///   large; `SystemError`.
  public init(to url: URL, tensors: [TensorDescription], metadata: [String: String] = [:]) throws {
    let (header, bytes) = try SafetensorsHeader.layingOut(tensors, metadata: metadata, path: url.path)
    var file = try AtomicFile(replacing: url)
    try file.append(bytes.span.bytes)
    self.file = file
    path = url.path
    entries = header.entries
  }

  /// Appends little-endian bytes to tensor `name`: the current tensor, or the next one if the current is complete.
  ///
  /// - Throws: `TensorFileError.outOfOrder`, `.wrongByteCount` if the tensor would get too many bytes, `SystemError`.
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

  /// Completes the file and makes it durable under its name.
  ///
  /// - Throws: `TensorFileError.wrongByteCount` if bytes of a tensor are missing, `SystemError`.
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
