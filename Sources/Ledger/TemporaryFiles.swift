internal import Foundation
internal import Glibc
internal import POSIX
public import Sweep

/// Files that were being written when a job died: they have no name yet that anybody reads.
public enum TemporaryFiles {
  /// Removes those of dead jobs from a run directory. The caller holds its lease, so that no job is alive that writes there;
  /// what others may write at any time, tables and pages, is left alone, and so are the lease files of jobs that just try to
  /// start.
  ///
  /// - Returns: how many there were.
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
      // Not through links: what they lead to is not the run's.
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

  /// `.NAME.RANDOM.tmp` of files that appear whole; `lease.RANDOM.tmp`; `status.json.tmp` of earlier versions.
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
