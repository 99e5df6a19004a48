import Glibc
import POSIX

/// How much memory this process can get. Work that cannot fit is refused before it allocates memory, instead of being
/// killed partway.
public struct MemoryLimit: Sendable, Equatable {
  /// Bytes.
  public let bytes: Int
  /// What sets the limit, as messages name it: "this machine has", "this job's cgroup allows", "ulimit -v leaves".
  public let source: String

  package init(bytes: Int, source: String) { (self.bytes, self.source) = (bytes, source) }

  /// Checks that enough memory exists for a piece of work, whatever else is running.
  ///
  /// - Parameters:
  ///   - bytes: the memory that the work touches, >= 0.
  ///   - reserved: the address space that it takes; nil if it is the same.
  ///   - what: what the message calls it, such as "the parameters".
  /// - Throws: ``LinearAlgebraError/memory(what:wanted:limit:source:)``.
  public static func check(
    bytes: Int, reserving reserved: Int? = nil, for what: String
  ) throws(LinearAlgebraError) {
    let limits = [(bytes, ofMachine()), (reserved ?? bytes, ofAddressSpace())]
    for case (let wanted, let limit?) in limits where wanted > limit.bytes {
      throw .memory(what: what, wanted: wanted, limit: limit.bytes, source: limit.source)
    }
  }

  /// The machine's memory, or that of the process's cgroup if it is less, plus all swap space; nil if the system does
  /// not say.
  ///
  /// - Parameter root: the folder that stands for `/`.
  package static func ofMachine(root: String = "") -> MemoryLimit? {
    guard let information = text(root + "/proc/meminfo"), let total = kibibytes("MemTotal:", information) else {
      return nil
    }
    let swap = kibibytes("SwapTotal:", information) ?? 0
    if let group = ofGroup(root), group < total {
      return MemoryLimit(bytes: group + swap, source: "this job's cgroup allows")
    }
    return MemoryLimit(bytes: total + swap, source: "this machine has")
  }

  /// The address space that the process may still take (`ulimit -v`); nil if there is no limit.
  static func ofAddressSpace() -> MemoryLimit? {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0, limit.rlim_cur <= UInt64(Int.max) else {
      return nil
    }
    let pages = text("/proc/self/statm")?.split(separator: " ").first.flatMap { Int($0) } ?? 0
    return MemoryLimit(
      bytes: max(0, Int(limit.rlim_cur) - pages * Int(sysconf(Int32(_SC_PAGESIZE)))), source: "ulimit -v leaves")
  }

  /// The smallest limit of the cgroups that the process is in, of version 2 (`0::/path`) or 1 (`4:memory:/path`).
  private static func ofGroup(_ root: String) -> Int? {
    var least: Int?
    for line in (text(root + "/proc/self/cgroup") ?? "").split(separator: "\n") {
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { continue }
      let (base, file): (String, String)
      if fields[0] == "0", fields[1].isEmpty {
        (base, file) = ("/sys/fs/cgroup", "memory.max")
      } else if fields[1].split(separator: ",").contains("memory") {
        (base, file) = ("/sys/fs/cgroup/memory", "memory.limit_in_bytes")
      } else {
        continue
      }
      // The limits of parent groups apply too. In a container the path may be the host's, and then it does not exist
      // here.
      var parts = fields[2].split(separator: "/")
      while true {
        let path = ([root + base] + parts.map(String.init) + [file]).joined(separator: "/")
        if let limit = text(path)?.split(separator: "\n").first.flatMap({ Int($0) }) {
          least = min(least ?? limit, limit)
        }
        if parts.popLast() == nil { break }
      }
    }
    return least
  }

  /// The number after a key of /proc/meminfo, in bytes.
  private static func kibibytes(_ key: String, _ information: String) -> Int? {
    guard let line = information.split(separator: "\n").first(where: { $0.hasPrefix(key) }),
      let number = line.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
    else { return nil }
    let (bytes, overflow) = number.multipliedReportingOverflow(by: 1024)
    return overflow ? nil : bytes
  }

  /// The first bytes of a small text file; nil if it cannot be read. Files in /proc have no size.
  private static func text(_ path: String) -> String? {
    guard let descriptor = try? System.open(reading: path) else { return nil }
    defer { System.close(descriptor) }
    return (try? System.read(descriptor, upTo: 16_384, path)).map { String(decoding: $0, as: UTF8.self) }
  }
}

/// A number of bytes as shown in messages, such as "13.1 TB".
func shownBytes(_ bytes: Int) -> String {
  var (value, units) = (Double(bytes), ["bytes", "kB", "MB", "GB", "TB", "PB"][...])
  while value >= 1000, units.count > 1 { (value, units) = (value / 1000, units.dropFirst()) }
  let rounded = value < 100 ? (value * 10).rounded() / 10 : value.rounded()
  return (rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)") + " \(units[units.startIndex])"
}
