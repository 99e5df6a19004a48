public import Foundation
import Glibc

/// A file that appears under its name complete and durable, or not at all.
///
/// The bytes go to a temporary file in the same directory, are forced to the disk, and get their name by `rename`. A
/// failure before that removes the temporary file and leaves whatever had the name as it was.
public struct AtomicFile: ~Copyable {
  private let target: URL
  private let temporary: String
  private let descriptor: Int32
  private var isOpen = true
  private let isDurable: Bool
  private var isRenamed = false

  /// Writes the file at `url` by the appends that `body` makes.
  ///
  /// - Parameters:
  ///   - url: the file to make or to replace; its directory exists. A symbolic link is replaced, not followed.
  ///   - permissions: the file's mode bits, less those of the process's umask.
  ///   - isDurable: whether to wait for the disk; a file that says nothing that matters after a crash need not.
  ///   - body: appends the bytes. If it throws, so does this call, and nothing has changed.
  /// - Throws: what `body` throws; ``SystemError`` naming `url`. A failed fsync of the folder is the only error after which the new file is in place.
  public static func write(
    to url: URL, permissions: UInt32 = 0o666, isDurable: Bool = true, _ body: (inout AtomicFile) throws -> Void
  ) throws {
    var file = try AtomicFile(replacing: url, permissions: permissions, isDurable: isDurable)
    try body(&file)
    try file.commit()
  }

  /// Appends bytes, in as many calls of `write` as it takes. Each append is at least one call: pass large pieces.
  ///
  /// - Throws: ``SystemError``; `isOutOfSpace` tells a full disk.
  public mutating func append(_ bytes: RawSpan) throws {
    try bytes.withUnsafeBytes { try System.write($0, to: descriptor, target.path) }
  }

  /// Opens a temporary file beside `url`; for writers that append over many calls, others use ``write(to:permissions:isDurable:_:)``.
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

  /// Gives the bytes their name, durable before if they are to be.
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
    // Reached with work left only when an error is on its way to the caller, which these must not replace.
    if isOpen { try? System.close(descriptor, temporary) }
    if !isRenamed { try? System.remove(temporary) }
  }

  private static func folder(of url: URL) -> String { url.deletingLastPathComponent().path }
}
