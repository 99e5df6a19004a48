public import Foundation

/// A file's bytes as read-only memory. However many processes of a host map the file, the bytes are in memory once.
///
/// The file must not shrink while it is mapped. Replacing it with `AtomicFile` is safe: the mapping keeps the old file.
public final class MappedFile: @unchecked Sendable {
  // Unchecked because of the pointer. Nothing writes through it.

  /// The path, as named in messages.
  public let path: String
  /// The file's bytes, page-aligned; empty for an empty file. Valid as long as this object lives. Code that keeps the
  /// pointer must keep the object too (`withExtendedLifetime`).
  public let bytes: UnsafeRawBufferPointer

  /// Maps the file at `url`.
  ///
  /// - Throws: ``SystemError`` if it cannot be opened or mapped, ``NotAFile``.
  public init(_ url: URL) throws {
    let path = url.path
    let descriptor = try System.open(reading: path)
    // The mapping stays valid after the descriptor is closed.
    defer { System.close(descriptor) }
    let count = try System.size(of: descriptor, path)
    self.path = path
    bytes = count == 0 ? UnsafeRawBufferPointer(start: nil, count: 0) : try System.map(descriptor, count: count, path)
  }

  deinit {
    System.unmap(bytes)
  }
}
