import Glibc

/// Which file a path names, and in what state: while a host runs, two equal stamps taken there are of the same bytes.
public struct FileStamp: Sendable, Hashable, Codable {
  private let device: UInt64
  private let inode: UInt64
  private let size: Int64
  private let modified: [Int]
  private let changed: [Int]

  /// Looks at a file, symbolic links followed.
  ///
  /// - Throws: ``SystemError``; ENOENT where there is none.
  public init(_ path: String) throws {
    guard let status = try System.status(path) else { throw SystemError("stat", path, errno: ENOENT, .reading) }
    device = UInt64(status.st_dev)
    inode = UInt64(status.st_ino)
    size = Int64(status.st_size)
    modified = [status.st_mtim.tv_sec, status.st_mtim.tv_nsec]
    changed = [status.st_ctim.tv_sec, status.st_ctim.tv_nsec]
  }
}
