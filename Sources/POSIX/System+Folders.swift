import Glibc

/// Folders.
extension System {
  /// The names in a folder, sorted, without `.` and `..`.
  public static func names(in folder: String) throws -> [String] {
    guard let directory = opendir(folder) else { throw failure("opendir", folder, .reading) }
    defer { closedir(directory) }
    var names: [String] = []
    while true {
      errno = 0
      guard let entry = readdir(directory) else { break }
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    guard errno == 0 else { throw failure("readdir", folder, .reading) }
    return names.sorted()
  }

  /// Makes a folder, and those that it lies in, where they are not there.
  ///
  /// - Throws: ``SystemError``; ENOTDIR where something else has the name.
  public static func makeFolder(_ path: String) throws {
    if let status = try status(path) {
      guard status.st_mode & S_IFMT == S_IFDIR else { throw SystemError("mkdir", path, errno: ENOTDIR, .writing) }
      return
    }
    let parts = path.split(separator: "/")
    for count in parts.indices.map({ $0 + 1 }) {
      let folder = (path.hasPrefix("/") ? "/" : "") + parts[..<count].joined(separator: "/")
      if try exists(folder) { continue }
      // Another rank may make it at the same time.
      _ = try orNil(EEXIST) { try check("mkdir", folder, .writing) { mkdir(folder, 0o777) } }
    }
  }

  /// Makes a folder where it is not there, and writes and removes a file in it: after this, what is computed for hours can
  /// be written there, as long as there is space.
  ///
  /// - Throws: ``SystemError`` that names the folder.
  public static func proveWritable(_ folder: String) throws {
    try makeFolder(folder)
    let trial = "\(folder)/.\(randomName()).tmp"
    guard let descriptor = try create(trial, reporting: folder) else { return }
    close(descriptor)
    try remove(trial)
  }

  /// Waits until the folder's list of names is on the disk.
  static func syncFolder(_ folder: String) throws {
    let descriptor = try check("open", folder, .writing) { Glibc.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    defer { close(descriptor) }
    // Some network file systems have no such operation: their renames are as durable as they get.
    _ = try orNil(EINVAL) { try sync(descriptor, folder) }
  }

  /// A name that no other process takes: random, since a process number is not unique among the hosts that share a network
  /// file system.
  public static func randomName() -> String { String(UInt64.random(in: .min ... .max), radix: 16) }
}
