public import Glibc

/// The one place where the program calls the operating system for files and processes: each call is checked and retried when
/// a signal interrupts it, and a failure names the function, the path and `errno` (``SystemError``).
///
/// Every descriptor is closed when a program is started in this process's place.
public enum System {
  // MARK: - Opening and closing

  /// Opens a file that exists, for reading. A pipe without a writer is not waited for.
  public static func open(reading path: String) throws -> Int32 {
    try check("open", path, .reading) { Glibc.open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC) }
  }

  /// Opens a file for reading and writing; nil when there is none.
  public static func open(updating path: String) throws -> Int32? {
    try orNil(ENOENT) { try check("open", path, .writing) { Glibc.open(path, O_RDWR | O_CLOEXEC) } }
  }

  /// Makes a file that is not there and opens it for reading and writing; nil when there is one.
  ///
  /// - Parameters:
  ///   - permissions: the file's mode bits, less those of the process's umask.
  ///   - reported: the path that errors name, if it is not this one.
  public static func create(_ path: String, permissions: mode_t = 0o666, reporting reported: String? = nil) throws
    -> Int32?
  {
    try orNil(EEXIST) {
      try check("open", reported ?? path, .writing) {
        Glibc.open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, permissions)
      }
    }
  }

  /// Closes a descriptor that was written to. Network file systems may report a full disk only here.
  public static func close(_ descriptor: Int32, _ path: String) throws {
    // Not retried: Linux has released the descriptor even when a signal interrupted the call.
    guard Glibc.close(descriptor) == 0 || errno == EINTR else { throw failure("close", path, .writing) }
  }

  /// Closes a descriptor that has nothing left to write.
  public static func close(_ descriptor: Int32) {
    let result = Glibc.close(descriptor)
    precondition(result == 0 || errno != EBADF, "a descriptor was closed twice")
  }

  // MARK: - Bytes

  /// The size of a regular file in bytes.
  ///
  /// - Throws: ``NotAFile``.
  public static func size(of descriptor: Int32, _ path: String) throws -> Int {
    let status = try status(descriptor, path)
    guard status.st_mode & S_IFMT == S_IFREG else { throw NotAFile(path: path) }
    return Int(status.st_size)
  }

  /// A whole file.
  ///
  /// - Throws: ``SystemError``, ``NotAFile``.
  public static func read(_ path: String) throws -> [UInt8] {
    let descriptor = try open(reading: path)
    defer { close(descriptor) }
    let size = try size(of: descriptor, path)
    return try [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      while count < size {
        let got = try check("read", path, .reading) {
          Glibc.read(descriptor, buffer.baseAddress.map { $0 + count }, size - count)
        }
        guard got > 0 else { return }
        count += got
      }
    }
  }

  /// The first bytes of an open file, at most so many.
  public static func read(_ descriptor: Int32, upTo limit: Int, _ path: String) throws -> [UInt8] {
    try [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
      count = try check("pread", path, .reading) { pread(descriptor, buffer.baseAddress, limit, 0) }
    }
  }

  /// Writes all of `bytes` to a descriptor.
  public static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32, _ path: String) throws {
    try writeAll(bytes, path) { Glibc.write(descriptor, $0, $1) }
  }

  /// Writes all of `bytes`, in as many calls of `write` as it takes. A test passes a `write` that writes little.
  package static func writeAll(
    _ bytes: UnsafeRawBufferPointer, _ path: String, write: (UnsafeRawPointer, Int) -> Int
  ) throws {
    guard let start = bytes.baseAddress else { return }
    var written = 0
    while written < bytes.count {
      written += try check("write", path, .writing) { write(start + written, bytes.count - written) }
    }
  }

  /// Puts bytes in the place of a file's first ones, in one call, and waits until they are on the disk, or a network file
  /// system's server has them.
  public static func overwrite(_ bytes: UnsafeRawBufferPointer, in descriptor: Int32, _ path: String) throws {
    let count = try check("pwrite", path, .writing) { pwrite(descriptor, bytes.baseAddress, bytes.count, 0) }
    guard count == bytes.count else { throw SystemError("pwrite", path, errno: ENOSPC, .writing) }
    try sync(descriptor, path)
  }

  /// Waits until the file's bytes and size are on the disk.
  public static func sync(_ descriptor: Int32, _ path: String) throws {
    try check("fsync", path, .writing) { fsync(descriptor) }
  }

  /// Maps the first `count` bytes read-only; `count` is above 0.
  static func map(_ descriptor: Int32, count: Int, _ path: String) throws -> UnsafeRawBufferPointer {
    let address = try check("mmap", path, .reading) {
      Int(bitPattern: mmap(nil, count, PROT_READ, MAP_SHARED, descriptor, 0))
    }
    return UnsafeRawBufferPointer(start: UnsafeRawPointer(bitPattern: address), count: count)
  }

  /// Undoes `map`.
  static func unmap(_ bytes: UnsafeRawBufferPointer) {
    guard let address = bytes.baseAddress else { return }
    let result = munmap(UnsafeMutableRawPointer(mutating: address), bytes.count)
    precondition(result == 0, "munmap of a mapping refused: \(SystemError.message(errno))")
  }

  // MARK: - Names

  /// What an open file is.
  public static func status(_ descriptor: Int32, _ path: String) throws -> stat {
    var status = stat()
    try check("fstat", path, .reading) { fstat(descriptor, &status) }
    return status
  }

  /// What a path names; nil when it names nothing.
  public static func status(_ path: String, followingLinks: Bool = true) throws -> stat? {
    try orNil(ENOENT) {
      try orNil(ENOTDIR) {
        var status = stat()
        try check("stat", path, .reading) { followingLinks ? stat(path, &status) : lstat(path, &status) }
        return status
      }
    }
  }

  /// Whether a path names something.
  public static func exists(_ path: String) throws -> Bool { try status(path) != nil }

  /// Whether a path names the open file and not another or none.
  public static func isNamed(_ path: String, _ descriptor: Int32) throws -> Bool {
    let open = try status(descriptor, path)
    guard let named = try status(path) else { return false }
    return named.st_ino == open.st_ino && named.st_dev == open.st_dev
  }

  /// Gives the file `source` the name `target`, replacing what had it.
  public static func rename(_ source: String, to target: String) throws {
    try check("rename", target, .writing) { Glibc.rename(source, target) }
  }

  /// Removes a file; one that is gone already is no error.
  public static func remove(_ path: String) throws {
    _ = try orNil(ENOENT) { try check("unlink", path, .writing) { unlink(path) } }
  }

  /// Takes the exclusive lock of a file without waiting; false when another process has it.
  public static func lock(_ descriptor: Int32, _ path: String) throws -> Bool {
    try orNil(EWOULDBLOCK) { try check("flock", path, .writing) { flock(descriptor, LOCK_EX | LOCK_NB) } } != nil
  }

  /// Takes and gives back a lock of the kind that databases use (POSIX record locks), wherever another process has none.
  ///
  /// - Throws: ``SystemError``, such as ENOLCK where the file system has no locks.
  public static func proveRecordLocks(_ descriptor: Int32, _ path: String, reading: Bool = false) throws {
    var lock = flock()
    lock.l_type = Int16(reading ? F_RDLCK : F_WRLCK)
    lock.l_whence = Int16(SEEK_SET)
    // Far behind any byte that a database locks.
    (lock.l_start, lock.l_len) = (1 << 40, 1)
    do {
      try check("fcntl", path, .writing) { fcntl(descriptor, F_SETLK, &lock) }
    } catch let error as SystemError where error.number == EAGAIN || error.number == EACCES {
      return
    }
    lock.l_type = Int16(F_UNLCK)
    try check("fcntl", path, .writing) { fcntl(descriptor, F_SETLK, &lock) }
  }

  // MARK: - Checks

  /// Calls `body` until no signal interrupts it; -1 is a failure.
  @discardableResult
  static func check<Value: BinaryInteger>(
    _ call: String, _ path: String, _ access: SystemError.Access, _ body: () -> Value
  ) throws -> Value {
    while true {
      let value = body()
      if value != -1 { return value }
      if errno != EINTR { throw failure(call, path, access) }
    }
  }

  static func failure(_ call: String, _ path: String, _ access: SystemError.Access) -> SystemError {
    SystemError(call, path, errno: errno, access)
  }

  /// Nil in place of an error of this number.
  static func orNil<Value>(_ number: Int32, _ body: () throws -> Value?) throws -> Value? {
    do { return try body() } catch let error as SystemError where error.number == number { return nil }
  }
}
