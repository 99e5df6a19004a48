import Glibc

/// Identifies a file and its state. While the host runs, two equal stamps taken on it mean that the bytes are the same.
public struct FileStamp: Sendable, Hashable, Codable {
  private let device: UInt64
  private let inode: UInt64
  private let size: Int64
  private let modified: [Int]
  private let changed: [Int]

  /// The stamp of a file; symbolic links are followed.
  ///
  /// - Throws: ``SystemError``; ENOENT if there is no such file.
  public init(_ path: String) throws {
    guard let status = try System.status(path) else { throw SystemError("stat", path, errno: ENOENT, .reading) }
    device = UInt64(status.st_dev)
    inode = UInt64(status.st_ino)
    size = Int64(status.st_size)
    modified = [status.st_mtim.tv_sec, status.st_mtim.tv_nsec]
    changed = [status.st_ctim.tv_sec, status.st_ctim.tv_nsec]
  }
}
