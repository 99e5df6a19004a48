public import Foundation
import Glibc

/// A file that appears under its name complete and durable, or not at all.
///
/// The bytes are written to a temporary file in the same directory, forced to disk, and renamed into place. A failure
/// before the rename removes the temporary file and leaves an existing file unchanged.
public struct AtomicFile: ~Copyable {
  private let target: URL
  private let temporary: String
  private let descriptor: Int32
  private var isOpen = true
  private let isDurable: Bool
  private var isRenamed = false

  /// Writes the file at `url` with the bytes that `body` appends.
  ///
  /// - Parameters:
  ///   - url: the file to create or replace; its directory must exist. A symbolic link is replaced, not followed.
  ///   - permissions: the file's mode bits, before the process's umask is applied.
  ///   - isDurable: whether to force the file to disk. Not needed for a file that does not matter after a crash.
  ///   - body: appends the bytes. If it throws, this call throws the same error and nothing has changed.
  /// - Throws: what `body` throws; ``SystemError`` with the path of `url`. Only if the final fsync of the folder fails
  ///   is the new file in place after an error.
  public static func write(
    to url: URL, permissions: UInt32 = 0o666, isDurable: Bool = true, _ body: (inout AtomicFile) throws -> Void
  ) throws {
    var file = try AtomicFile(replacing: url, permissions: permissions, isDurable: isDurable)
    try body(&file)
    try file.commit()
  }

  /// Appends bytes. Each append makes at least one call of `write`, so pass large pieces.
  ///
  /// - Throws: ``SystemError``; its `isOutOfSpace` tells whether the disk is full.
  public mutating func append(_ bytes: RawSpan) throws {
    try bytes.withUnsafeBytes { try System.write($0, to: descriptor, target.path) }
  }

  /// Opens a temporary file beside `url`, for writers that append over many calls. Others use
  /// ``write(to:permissions:isDurable:_:)``.
  ///
  /// - Throws: ``SystemError``.
  public init(replacing url: URL, permissions: UInt32 = 0o666, isDurable: Bool = true) throws {
    target = url
    self.isDurable = isDurable
    temporary = Self.folder(of: url) + "/.\(url.lastPathComponent).\(System.randomName()).tmp"
    guard let made = try System.create(temporary, permissions: permissions, reporting: url.path) else {
      throw SystemError("open", url.path, errno: EEXIST, .writing)
    }
    descriptor = made
  }

  /// Renames the file into place, first forcing it to disk if it is to be durable.
  ///
  /// - Throws: ``SystemError``.
  public consuming func commit() throws {
    if isDurable { try System.sync(descriptor, target.path) }
    isOpen = false
    try System.close(descriptor, target.path)
    try System.rename(temporary, to: target.path)
    isRenamed = true
    if isDurable { try System.syncFolder(Self.folder(of: target)) }
  }

  deinit {
    // The file is still open only if an error is on its way to the caller. These calls must not replace that error.
    if isOpen { try? System.close(descriptor, temporary) }
    if !isRenamed { try? System.remove(temporary) }
  }

  private static func folder(of url: URL) -> String { url.deletingLastPathComponent().path }
}
