public import Foundation

/// A file's bytes as read-only memory: however many processes of a node map it, the bytes exist once.
///
/// The file must not shrink while it is mapped. Files that `AtomicFile` replaces never do: the mapping keeps the old one.
public final class MappedFile: @unchecked Sendable {
  // Unchecked because of the pointer, to which nothing writes.

  /// The path, as errors name it.
  public let path: String
  /// The file's bytes, page-aligned; empty for an empty file. Valid as long as this object lives: whoever keeps the
  /// pointer keeps the object too (`withExtendedLifetime`).
  public let bytes: UnsafeRawBufferPointer

  /// Maps the file at `url`.
  ///
  /// - Throws: ``SystemError`` if it cannot be opened or mapped, ``NotAFile``.
  public init(_ url: URL) throws {
    let path = url.path
    let descriptor = try System.open(reading: path)
    // The mapping holds the file open by itself.
    defer { System.close(descriptor) }
    let count = try System.size(of: descriptor, path)
    self.path = path
    bytes = count == 0 ? UnsafeRawBufferPointer(start: nil, count: 0) : try System.map(descriptor, count: count, path)
  }

  deinit {
    System.unmap(bytes)
  }
}
