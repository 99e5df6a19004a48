import Foundation
import Glibc
import POSIX

/// A folder that a command is to write into: made, and proven writable, before the work begins, so that no result is lost for
/// want of a place.
enum OutputFolder {
  /// Makes a folder where it is missing, and proves that it can be written into.
  ///
  /// - Parameters:
  ///   - files: what will be written there; none may be a folder.
  ///   - folders: what may be written into below it; where one is there already it is proven too.
  /// - Throws: `SystemError` with the path and the system's reason.
  static func prepare(_ folder: URL, files: [String], folders: [String] = []) throws {
    try System.proveWritable(folder.absoluteURL.path)
    for name in folders {
      let below = folder.appending(path: name).absoluteURL.path
      if try System.exists(below) { try System.proveWritable(below) }
    }
    for name in files {
      let file = folder.appending(path: name).absoluteURL.path
      guard let status = try System.status(file), status.st_mode & S_IFMT == S_IFDIR else { continue }
      throw SystemError("open", file, errno: EISDIR, .writing)
    }
  }

  /// The same for the folder of one file.
  static func prepare(for file: URL) throws {
    let file = file.absoluteURL
    try prepare(file.deletingLastPathComponent(), files: [file.lastPathComponent])
  }
}
