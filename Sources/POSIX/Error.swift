public import Diagnostics
import Glibc

/// A failed call of the operating system.
public struct SystemError: ProgramError, Equatable {
  /// The purpose of the call, which decides whether a failure is bad input.
  public enum Access: Sendable {
    /// To read what a user named.
    case reading
    /// To create, replace, remove or lock something.
    case writing
  }

  /// The function of the C library.
  public let call: String
  /// The file or folder, as named in messages.
  public let path: String
  /// The value of `errno` after the call.
  public let number: Int32
  /// The purpose of the call.
  public let access: Access

  /// An error from its parts.
  public init(_ call: String, _ path: String, errno number: Int32, _ access: Access) {
    (self.call, self.path, self.number, self.access) = (call, path, number, access)
  }

  /// Whether a disk or a quota is full.
  public var isOutOfSpace: Bool { number == ENOSPC || number == EDQUOT }

  /// Bad input for a file to be read that does not exist or may not be read, and for a name that is too long.
  public var exitStatus: ExitStatus {
    switch (access, number) {
    case (.reading, ENOENT), (.reading, ENOTDIR), (.reading, EISDIR), (.reading, EACCES), (.reading, EPERM),
      (.reading, ELOOP), (_, ENAMETOOLONG):
      .badInput
    default: .inputOutput
    }
  }

  /// One line: what was got, what to do.
  public var description: String {
    "\(path): \(call) failed: \(reason); \(advice)"
  }

  /// The C library's text and the number.
  public var reason: String { "\(Self.message(number)) (errno \(number))" }

  /// The C library's text for an error number.
  static func message(_ number: Int32) -> String {
    strerror(number).map { String(cString: $0) } ?? "error \(number)"
  }

  /// What a person can do about it.
  private var advice: String {
    switch number {
    case ENOSPC, EDQUOT: "free some space and run again"
    case ENOENT, ENOTDIR: "check the path"
    case EACCES, EPERM: "check the permissions"
    case EROFS: "the file system is read-only: choose another place"
    case EISDIR: "it is a folder: name a file"
    case ENAMETOOLONG: "choose shorter names"
    case ELOOP: "its symbolic links form a loop: fix them"
    case EMFILE, ENFILE: "raise the limit of open files (ulimit -n)"
    case ENOMEM: "free some memory or raise its limit (ulimit -v)"
    case ENOLCK, EOPNOTSUPP:
      "this file system does not support it, as on network file systems without a lock service: choose another place"
    case ESTALE: "the file was replaced on its server: run again"
    default: "check the file system"
    }
  }
}

/// A path that does not name a file.
public struct NotAFile: ProgramError, Equatable {
  /// The path.
  public let path: String

  package init(path: String) { self.path = path }

  /// Bad input.
  public var exitStatus: ExitStatus { .badInput }

  /// One line: what was got, what was expected, what to do.
  public var description: String { "\(path) is a folder or a device, expected a file; name the file" }
}
