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

  /// Creates a folder and its parent folders if they do not exist.
  ///
  /// - Throws: ``SystemError``; ENOTDIR if the name belongs to something that is not a folder.
  public static func makeFolder(_ path: String) throws {
    if let status = try status(path) {
      guard status.st_mode & S_IFMT == S_IFDIR else { throw SystemError("mkdir", path, errno: ENOTDIR, .writing) }
      return
    }
    let parts = path.split(separator: "/")
    for count in parts.indices.map({ $0 + 1 }) {
      let folder = (path.hasPrefix("/") ? "/" : "") + parts[..<count].joined(separator: "/")
      if try exists(folder) { continue }
      // Another rank may create it at the same time.
      _ = try orNil(EEXIST) { try check("mkdir", folder, .writing) { mkdir(folder, 0o777) } }
    }
  }

  /// Creates a folder if it does not exist, then writes and removes a file in it. Afterwards it is known that results
  /// can be written there, as long as there is space.
  ///
  /// - Throws: ``SystemError`` with the path of the folder.
  public static func proveWritable(_ folder: String) throws {
    try makeFolder(folder)
    let trial = "\(folder)/.\(randomName()).tmp"
    guard let descriptor = try create(trial, reporting: folder) else { return }
    close(descriptor)
    try remove(trial)
  }

  /// Waits until the folder's entries are on disk.
  static func syncFolder(_ folder: String) throws {
    let descriptor = try check("open", folder, .writing) { Glibc.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    defer { close(descriptor) }
    // Some network file systems do not support this; nothing more can be done for their renames.
    _ = try orNil(EINVAL) { try sync(descriptor, folder) }
  }

  /// A name that no other process uses. It is random, because process numbers are not unique among hosts that share a
  /// network file system.
  public static func randomName() -> String { String(UInt64.random(in: .min ... .max), radix: 16) }
}
