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
  private var isRenamed = false

  /// Writes the file at `url` by the appends that `body` makes.
  ///
  /// - Parameters:
  ///   - url: the file to make or to replace; its directory exists. A symbolic link is replaced, not followed.
  ///   - permissions: the file's mode bits, less those of the process's umask.
  ///   - body: appends the bytes. If it throws, so does this call, and nothing has changed.
  /// - Throws: what `body` throws; `TensorFileError.system` naming `url`, the failed call and `errno`. A failed fsync of
  ///   the directory is the only error after which the new file is in place.
  public static func write(
    to url: URL, permissions: UInt32 = 0o666, _ body: (inout AtomicFile) throws -> Void
  ) throws {
    var file = try AtomicFile(replacing: url, permissions: permissions)
    try body(&file)
    try file.commit()
  }

  /// Appends bytes, in as many calls of `write` as it takes. Each append is at least one call: pass large pieces.
  ///
  /// - Throws: `TensorFileError.system`; `isOutOfSpace` tells a full disk.
  public mutating func append(_ bytes: RawSpan) throws {
    try bytes.withUnsafeBytes { try System.write($0, to: descriptor, target.path) }
  }

  /// Opens a temporary file beside `url`.
  init(replacing url: URL, permissions: UInt32 = 0o666) throws {
    target = url
    // Random, since a process number is not unique among the hosts that share a network file system.
    let suffix = String(UInt64.random(in: .min ... .max), radix: 16)
    temporary = Self.directory(of: url) + "/.\(url.lastPathComponent).\(suffix).tmp"
    descriptor = try System.open(
      temporary, flags: O_WRONLY | O_CREAT | O_EXCL, permissions: permissions, reporting: url.path)
  }

  /// Makes the bytes durable and gives them their name.
  consuming func commit() throws {
    try System.sync(descriptor, target.path)
    isOpen = false
    try System.close(descriptor, target.path)
    try System.rename(temporary, to: target.path)
    isRenamed = true
    try System.syncDirectory(Self.directory(of: target))
  }

  deinit {
    // Reached with work left only when an error is on its way to the caller, which these must not replace.
    if isOpen { try? System.close(descriptor, temporary) }
    if !isRenamed { try? System.remove(temporary) }
  }

  private static func directory(of url: URL) -> String { url.deletingLastPathComponent().path }
}
