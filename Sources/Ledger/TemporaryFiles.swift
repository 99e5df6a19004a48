internal import Foundation
internal import Glibc
internal import POSIX
public import Sweep

/// Files that were being written when a job died. They do not have their final name yet, so no reader uses them.
public enum TemporaryFiles {
  /// Removes the temporary files of dead jobs from a run directory. The caller holds its lease, so no other job is
  /// writing there. Files that others may write at any time (tables and pages) are left alone, and so are the lease
  /// files of jobs that are trying to start.
  ///
  /// - Returns: the number of files removed.
  /// - Throws: `SystemError`
  @discardableResult
  public static func remove(from run: RunDirectory) throws -> Int {
    guard let lease = try System.status(run.leaseFile.path) else { return 0 }
    return try remove(from: run.root.path, depth: 0, now: Double(lease.st_mtim.tv_sec))
  }

  private static func remove(from folder: String, depth: Int, now: Double) throws -> Int {
    var count = 0
    for name in try System.names(in: folder) where !(depth == 0 && ["exports", "figures"].contains(name)) {
      let path = "\(folder)/\(name)"
      // Links are not followed: what they lead to does not belong to the run.
      guard let status = try System.status(path, followingLinks: false) else { continue }
      switch status.st_mode & S_IFMT {
      case S_IFDIR where depth < 3: count += try remove(from: path, depth: depth + 1, now: now)
      case S_IFREG where isTemporary(name, inRoot: depth == 0):
        if name.hasPrefix("lease."), try Lease.isHeld(path, now: now) { continue }
        try System.remove(path)
        count += 1
      default: break
      }
    }
    return count
  }

  /// `.NAME.RANDOM.tmp` for files that appear complete; `lease.RANDOM.tmp`; `status.json.tmp` of earlier versions.
  private static func isTemporary(_ name: String, inRoot: Bool) -> Bool {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count >= 3, parts.last == "tmp" else { return false }
    if inRoot && name == "status.json.tmp" { return true }
    let random = parts[parts.count - 2]
    guard (1...16).contains(random.utf8.count), random.allSatisfy({ $0.isASCII && $0.isHexDigit && !$0.isUppercase })
    else { return false }
    return parts[0].isEmpty || inRoot && parts[0] == "lease" && parts.count == 3
  }
}
