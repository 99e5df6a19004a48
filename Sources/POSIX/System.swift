public import Glibc

/// The one place where the program calls the operating system for files and processes. Each call is checked and
/// repeated if a signal interrupts it; a failure gives the function, the path and `errno` (``SystemError``).
///
/// All descriptors are closed on exec.
public enum System {
  // MARK: - Opening and closing

  /// Opens an existing file for reading. Does not wait for the writer of a pipe.
  public static func open(reading path: String) throws -> Int32 {
    try check("open", path, .reading) { Glibc.open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC) }
  }

  /// Opens a file for reading and writing; nil if it does not exist.
  public static func open(updating path: String) throws -> Int32? {
    try orNil(ENOENT) { try check("open", path, .writing) { Glibc.open(path, O_RDWR | O_CLOEXEC) } }
  }

  /// Creates a file and opens it for reading and writing; nil if it already exists.
  ///
  /// - Parameters:
  ///   - permissions: the file's mode bits, before the process's umask is applied.
  ///   - reported: the path to name in errors, if not this one.
  public static func create(_ path: String, permissions: mode_t = 0o666, reporting reported: String? = nil) throws
    -> Int32?
  {
    try orNil(EEXIST) {
      try check("open", reported ?? path, .writing) {
        Glibc.open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, permissions)
      }
    }
  }

  /// Closes a descriptor that was written to. Network file systems may report a full disk only now.
  public static func close(_ descriptor: Int32, _ path: String) throws {
    // Not repeated: Linux has released the descriptor even if a signal interrupted the call.
    guard Glibc.close(descriptor) == 0 || errno == EINTR else { throw failure("close", path, .writing) }
  }

  /// Closes a descriptor with nothing left to write.
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

  /// Reads a whole file.
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

  /// Reads at most `limit` bytes from the start of an open file.
  public static func read(_ descriptor: Int32, upTo limit: Int, _ path: String) throws -> [UInt8] {
    try [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
      count = try check("pread", path, .reading) { pread(descriptor, buffer.baseAddress, limit, 0) }
    }
  }

  /// Writes all of `bytes` to a descriptor.
  public static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32, _ path: String) throws {
    try writeAll(bytes, path) { Glibc.write(descriptor, $0, $1) }
  }

  /// Writes all of `bytes`, in as many calls of `write` as needed. Tests pass a `write` that writes only a few bytes at
  /// a time.
  package static func writeAll(
    _ bytes: UnsafeRawBufferPointer, _ path: String, write: (UnsafeRawPointer, Int) -> Int
  ) throws {
    guard let start = bytes.baseAddress else { return }
    var written = 0
    while written < bytes.count {
      written += try check("write", path, .writing) { write(start + written, bytes.count - written) }
    }
  }

  /// Overwrites the first bytes of a file in one call, and waits until they are on disk or on the network file system's
  /// server.
  public static func overwrite(_ bytes: UnsafeRawBufferPointer, in descriptor: Int32, _ path: String) throws {
    let count = try check("pwrite", path, .writing) { pwrite(descriptor, bytes.baseAddress, bytes.count, 0) }
    guard count == bytes.count else { throw SystemError("pwrite", path, errno: ENOSPC, .writing) }
    try sync(descriptor, path)
  }

  /// Waits until the file's bytes and size are on disk.
  public static func sync(_ descriptor: Int32, _ path: String) throws {
    try check("fsync", path, .writing) { fsync(descriptor) }
  }

  /// Maps the first `count` bytes read-only; `count` > 0.
  static func map(_ descriptor: Int32, count: Int, _ path: String) throws -> UnsafeRawBufferPointer {
    let address = try check("mmap", path, .reading) {
      Int(bitPattern: mmap(nil, count, PROT_READ, MAP_SHARED, descriptor, 0))
    }
    return UnsafeRawBufferPointer(start: UnsafeRawPointer(bitPattern: address), count: count)
  }

  /// Unmaps memory from `map`.
  static func unmap(_ bytes: UnsafeRawBufferPointer) {
    guard let address = bytes.baseAddress else { return }
    let result = munmap(UnsafeMutableRawPointer(mutating: address), bytes.count)
    precondition(result == 0, "munmap of a mapping refused: \(SystemError.message(errno))")
  }

  // MARK: - Names

  /// The status of an open file.
  public static func status(_ descriptor: Int32, _ path: String) throws -> stat {
    var status = stat()
    try check("fstat", path, .reading) { fstat(descriptor, &status) }
    return status
  }

  /// The status of what a path names; nil if nothing has that name.
  public static func status(_ path: String, followingLinks: Bool = true) throws -> stat? {
    try orNil(ENOENT) {
      try orNil(ENOTDIR) {
        var status = stat()
        try check("stat", path, .reading) { followingLinks ? stat(path, &status) : lstat(path, &status) }
        return status
      }
    }
  }

  /// Whether something has this path.
  public static func exists(_ path: String) throws -> Bool { try status(path) != nil }

  /// Whether the path names this open file, and not another file or none.
  public static func isNamed(_ path: String, _ descriptor: Int32) throws -> Bool {
    let open = try status(descriptor, path)
    guard let named = try status(path) else { return false }
    return named.st_ino == open.st_ino && named.st_dev == open.st_dev
  }

  /// Renames the file `source` to `target`, replacing an existing file.
  public static func rename(_ source: String, to target: String) throws {
    try check("rename", target, .writing) { Glibc.rename(source, target) }
  }

  /// Removes a file; not an error if it does not exist.
  public static func remove(_ path: String) throws {
    _ = try orNil(ENOENT) { try check("unlink", path, .writing) { unlink(path) } }
  }

  /// Takes the exclusive lock of a file without waiting; false if another process holds it.
  public static func lock(_ descriptor: Int32, _ path: String) throws -> Bool {
    try orNil(EWOULDBLOCK) { try check("flock", path, .writing) { flock(descriptor, LOCK_EX | LOCK_NB) } } != nil
  }

  /// Takes and releases a POSIX record lock, the kind that databases use, unless another process holds one.
  ///
  /// - Throws: ``SystemError``, such as ENOLCK if the file system has no locks.
  public static func proveRecordLocks(_ descriptor: Int32, _ path: String, reading: Bool = false) throws {
    var lock = flock()
    lock.l_type = Int16(reading ? F_RDLCK : F_WRLCK)
    lock.l_whence = Int16(SEEK_SET)
    // Far beyond any byte that a database locks.
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

  /// Calls `body` again as long as a signal interrupts it; -1 means failure.
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

  /// Returns nil instead of throwing an error with this number.
  static func orNil<Value>(_ number: Int32, _ body: () throws -> Value?) throws -> Value? {
    do { return try body() } catch let error as SystemError where error.number == number { return nil }
  }
}
