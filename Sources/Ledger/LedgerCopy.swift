internal import Foundation
internal import POSIX

/// A private copy of a ledger and the files that SQLite keeps beside it, removed when this object is freed.
///
/// An interrupted write leaves a journal, which SQLite plays back into the file before anything is read. A reader that
/// must not change the run directory does this in a copy.
final class LedgerCopy: Sendable {
  private let folder: String

  /// The copy of the ledger.
  var path: String { "\(folder)/ledger.sqlite" }

  /// The copy as a URI that tells SQLite not to lock it, since no other process uses it.
  var unlocked: String { URL(filePath: path).absoluteString + "?vfs=unix-none" }

  /// Copies the ledger at `path` into the temporary folder.
  ///
  /// - Throws: ``LedgerError/noCopy(path:_:)``, `SystemError`.
  init(of path: String) throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "seedscape-\(System.randomName())").path
    do {
      try System.makeFolder(folder)
    } catch let error as SystemError {
      throw LedgerError.noCopy(path: path, error)
    }
    for suffix in ["", "-journal", "-wal"] where try System.exists(path + suffix) {
      let bytes = try System.read(path + suffix)
      do {
        try AtomicFile.write(to: URL(filePath: self.path + suffix), isDurable: false) {
          try $0.append(bytes.span.bytes)
        }
      } catch let error as SystemError {
        throw LedgerError.noCopy(path: path, error)
      }
    }
  }

  deinit {
    try? FileManager.default.removeItem(atPath: folder)
  }
}
