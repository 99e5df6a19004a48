internal import Foundation
internal import Glibc

/// The one place where this module calls the operating system: each call is checked and retried when a signal
/// interrupts it, and a failure names the function, the path and `errno`.
enum System {
  /// Makes a file that is not there and opens it; nil when there is one.
  static func create(_ path: String) throws -> Int32? {
    do {
      return try check("open", path) { Glibc.open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o666) }
    } catch LedgerError.system(_, _, EEXIST) {
      return nil
    }
  }

  /// Opens a file for reading and writing; nil when there is none.
  static func open(_ path: String) throws -> Int32? {
    do {
      return try check("open", path) { Glibc.open(path, O_RDWR | O_CLOEXEC) }
    } catch LedgerError.system(_, _, ENOENT) {
      return nil
    }
  }

  /// Closes a descriptor whose bytes are on the disk already.
  static func close(_ descriptor: Int32) {
    let result = Glibc.close(descriptor)
    precondition(result == 0 || errno != EBADF, "a descriptor was closed twice")
  }

  /// Takes the exclusive lock of a file without waiting; false when another process has it.
  static func lock(_ descriptor: Int32, _ path: String) throws -> Bool {
    do {
      _ = try check("flock", path) { flock(descriptor, LOCK_EX | LOCK_NB) }
      return true
    } catch LedgerError.system(_, _, EWOULDBLOCK) {
      return false
    }
  }

  /// The first 4096 bytes of a file.
  static func read(_ descriptor: Int32, _ path: String) throws -> Data {
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = try bytes.withUnsafeMutableBytes { buffer in
      try check("pread", path) { pread(descriptor, buffer.baseAddress, buffer.count, 0) }
    }
    return Data(bytes[..<count])
  }

  /// Puts bytes in the place of a file's first ones, in one call, and waits until they are on the disk, or a network
  /// file system's server has them.
  static func overwrite(_ bytes: Data, in descriptor: Int32, _ path: String) throws {
    let count = try bytes.withUnsafeBytes { buffer in
      try check("pwrite", path) { pwrite(descriptor, buffer.baseAddress, buffer.count, 0) }
    }
    guard count == bytes.count else { throw LedgerError.system(call: "pwrite", path: path, errno: ENOSPC) }
    _ = try check("fsync", path) { fsync(descriptor) }
  }

  /// Writes a file, in the place of what it holds, without waiting for the disk.
  static func writeFile(_ bytes: Data, _ path: String) throws {
    let descriptor = try check("open", path) { Glibc.open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666) }
    defer { close(descriptor) }
    try bytes.withUnsafeBytes { buffer in
      var rest = buffer[...]
      while !rest.isEmpty {
        let piece = UnsafeRawBufferPointer(rebasing: rest)
        rest = rest.dropFirst(try check("write", path) { write(descriptor, piece.baseAddress, piece.count) })
      }
    }
  }

  /// What an open file is.
  static func status(_ descriptor: Int32, _ path: String) throws -> stat {
    var status = stat()
    _ = try check("fstat", path) { fstat(descriptor, &status) }
    return status
  }

  /// Whether a path names the open file and not another or none.
  static func isNamed(_ path: String, _ descriptor: Int32) throws -> Bool {
    let open = try status(descriptor, path)
    var named = stat()
    do {
      _ = try check("stat", path) { stat(path, &named) }
    } catch LedgerError.system(_, _, ENOENT) {
      return false
    }
    return named.st_ino == open.st_ino && named.st_dev == open.st_dev
  }

  /// Makes a directory that may be there, in one that is.
  static func makeDirectory(_ path: String) throws {
    do {
      _ = try check("mkdir", path) { mkdir(path, 0o777) }
    } catch LedgerError.system(_, _, EEXIST) {}
  }

  /// Gives the file `source` the name `target`, replacing what had it.
  static func rename(_ source: String, to target: String) throws {
    _ = try check("rename", target) { Glibc.rename(source, target) }
  }

  /// Removes a file.
  static func remove(_ path: String) throws {
    _ = try check("unlink", path) { unlink(path) }
  }

  /// Whether a process of this host lives.
  static func isAlive(_ process: Int32) -> Bool {
    // Refused permission means that there is one.
    process > 0 && (kill(process, 0) == 0 || errno == EPERM)
  }

  /// When a process of this host started, in clock ticks since the host's start; nil when Linux does not say.
  static func startTime(of process: Int32) -> UInt64? {
    guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8) else { return nil }
    // The second field, a name in parentheses, may hold spaces; the start is the 22nd (proc(5)).
    let fields = text[(text.lastIndex(of: ")") ?? text.startIndex)...].split(separator: " ")
    return fields.count > 20 ? UInt64(fields[20]) : nil
  }

  /// This host's name.
  static func hostName() throws -> String {
    var name = [CChar](repeating: 0, count: 256)
    _ = try check("gethostname", "/") { gethostname(&name, name.count - 1) }
    return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Calls `body` until no signal interrupts it; -1 is a failure.
  private static func check<Value: BinaryInteger>(_ call: String, _ path: String, _ body: () -> Value) throws -> Value {
    while true {
      let value = body()
      if value != -1 { return value }
      if errno != EINTR { throw failure(call, path) }
    }
  }

  private static func failure(_ call: String, _ path: String) -> LedgerError {
    .system(call: call, path: path, errno: errno)
  }
}
