import Glibc

/// The one place where this module calls the operating system: each call is checked and retried when a signal
/// interrupts it, and a failure names the function, the path and `errno`.
package enum System {
  /// Opens `path` and returns its descriptor, which is closed when a program is started in this process's place.
  static func open(_ path: String, flags: Int32, permissions: mode_t = 0, reporting reported: String? = nil) throws
    -> Int32
  {
    try check("open", reported ?? path) { Glibc.open(path, flags | O_CLOEXEC, permissions) }
  }

  /// The size of a regular file in bytes.
  static func size(of descriptor: Int32, _ path: String) throws -> Int {
    var status = stat()
    try check("fstat", path) { fstat(descriptor, &status) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw TensorFileError.notARegularFile(path: path) }
    return Int(status.st_size)
  }

  /// Maps the first `count` bytes read-only; `count` is above 0.
  static func map(_ descriptor: Int32, count: Int, _ path: String) throws -> UnsafeRawBufferPointer {
    let address = try check("mmap", path) {
      Int(bitPattern: mmap(nil, count, PROT_READ, MAP_SHARED, descriptor, 0))
    }
    return UnsafeRawBufferPointer(start: UnsafeRawPointer(bitPattern: address), count: count)
  }

  /// Undoes `map`.
  static func unmap(_ bytes: UnsafeRawBufferPointer) {
    guard let address = bytes.baseAddress else { return }
    let result = munmap(UnsafeMutableRawPointer(mutating: address), bytes.count)
    precondition(result == 0, "munmap of a mapping refused: \(message(errno))")
  }

  /// Writes all of `bytes`, in as many calls of `write` as it takes. A test passes a `write` that writes little.
  package static func writeAll(
    _ bytes: UnsafeRawBufferPointer, _ path: String, write: (UnsafeRawPointer, Int) -> Int
  ) throws {
    guard let start = bytes.baseAddress else { return }
    var written = 0
    while written < bytes.count {
      written += try check("write", path) { write(start + written, bytes.count - written) }
    }
  }

  /// Writes all of `bytes` to a descriptor.
  package static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32, _ path: String) throws {
    try writeAll(bytes, path) { Glibc.write(descriptor, $0, $1) }
  }

  /// Waits until the file's bytes and size are on the disk.
  static func sync(_ descriptor: Int32, _ path: String) throws {
    try check("fsync", path) { fsync(descriptor) }
  }

  /// Waits until the directory's list of names is on the disk.
  static func syncDirectory(_ directory: String) throws {
    let descriptor = try open(directory, flags: O_RDONLY | O_DIRECTORY)
    let result = Result { try sync(descriptor, directory) }
    try close(descriptor, directory)
    do {
      try result.get()
    } catch let error as TensorFileError where error.systemErrorNumber == EINVAL {
      // Some network file systems have no such operation: their renames are as durable as they get.
    }
  }

  /// Closes a descriptor. Network file systems may report a full disk only here.
  static func close(_ descriptor: Int32, _ path: String) throws {
    // Not retried: Linux has released the descriptor even when a signal interrupted the call.
    guard Glibc.close(descriptor) == 0 || errno == EINTR else { throw failure("close", path) }
  }

  /// Gives the file `source` the name `target`, replacing what had it.
  static func rename(_ source: String, to target: String) throws {
    try check("rename", target) { Glibc.rename(source, target) }
  }

  /// Removes a file.
  static func remove(_ path: String) throws {
    try check("unlink", path) { unlink(path) }
  }

  /// The C library's words for an error number.
  static func message(_ number: Int32) -> String {
    strerror(number).map { String(cString: $0) } ?? "error \(number)"
  }

  /// Whether the error number says that a disk or quota is full.
  static func isOutOfSpace(_ number: Int32) -> Bool { number == ENOSPC || number == EDQUOT }

  /// What a person can do about an error number.
  static func advice(_ number: Int32) -> String {
    switch number {
    case ENOSPC, EDQUOT: "free some space and run again"
    case ENOENT, ENOTDIR: "check the path"
    case EACCES, EPERM, EROFS: "check the permissions"
    case EMFILE, ENFILE: "raise the limit of open files (ulimit -n)"
    case ENOMEM: "free some memory or raise its limit (ulimit -v)"
    default: "check the file system"
    }
  }

  /// Calls `body` until no signal interrupts it; -1 is a failure.
  @discardableResult
  private static func check<Value: BinaryInteger>(_ call: String, _ path: String, _ body: () -> Value) throws -> Value {
    while true {
      let value = body()
      if value != -1 { return value }
      if errno != EINTR { throw failure(call, path) }
    }
  }

  private static func failure(_ call: String, _ path: String) -> TensorFileError {
    .system(call: call, path: path, errno: errno)
  }
}
