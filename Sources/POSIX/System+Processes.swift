import Glibc

/// Processes and the host.
extension System {
  /// Whether a process of this host is alive. One that has ended but not been collected by its parent (a zombie) is
  /// not.
  public static func isAlive(_ process: Int32) -> Bool {
    // If permission is denied, the process exists.
    guard process > 0, kill(process, 0) == 0 || errno == EPERM else { return false }
    return statistics(of: process).map { $0.state != "Z" && $0.state != "X" } ?? true
  }

  /// When a process of this host started, in clock ticks since boot; nil if Linux does not say.
  public static func startTime(of process: Int32) -> UInt64? { statistics(of: process)?.start }

  /// A process's state and start time, from the kernel (proc(5)).
  private static func statistics(of process: Int32) -> (state: Substring, start: UInt64?)? {
    // Files in /proc have no size.
    guard let descriptor = try? open(reading: "/proc/\(process)/stat") else { return nil }
    defer { close(descriptor) }
    guard let bytes = try? read(descriptor, upTo: 4096, "/proc") else { return nil }
    let text = String(decoding: bytes, as: UTF8.self)
    // The second field, a name in parentheses, may contain spaces. The state is the third field, the start time the
    // 22nd.
    let fields = text[(text.lastIndex(of: ")") ?? text.startIndex)...].split(separator: " ")
    guard fields.count > 20 else { return nil }
    return (fields[1], UInt64(fields[20]))
  }

  /// This host's name.
  public static func hostName() throws -> String {
    var name = [CChar](repeating: 0, count: 256)
    try check("gethostname", "/", .reading) { gethostname(&name, name.count - 1) }
    return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Identifies the current boot of this host's kernel, even among hosts with the same name; nil if Linux does not say.
  public static var bootIdentity: String? {
    let path = "/proc/sys/kernel/random/boot_id"
    guard let descriptor = try? open(reading: path) else { return nil }
    defer { close(descriptor) }
    return (try? read(descriptor, upTo: 64, path)).map { String(decoding: $0.prefix { $0 > 0x20 }, as: UTF8.self) }
  }

  /// Identifies this machine, and this container on it, even among those with the same host name: the boot's identity
  /// and the namespace of process numbers. Nil if Linux does not say.
  public static let machine: String? = bootIdentity.map { boot in
    var name = [CChar](repeating: 0, count: 64)
    let count = readlink("/proc/self/ns/pid", &name, name.count)
    return "\(boot) \(String(decoding: name.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self))"
  }
}
