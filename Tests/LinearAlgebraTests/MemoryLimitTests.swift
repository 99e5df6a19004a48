import Foundation
import LinearAlgebra
import Testing

@Suite struct MemoryLimitTests {
  /// A folder that stands for `/`, with these files.
  private func limit(_ files: [String: String]) throws -> MemoryLimit? {
    let root = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: root) }
    for (path, text) in files {
      let url = root.appendingPathComponent(path)
      try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: url)
    }
    return MemoryLimit.ofMachine(root: root.path)
  }

  private let information = "MemTotal:       1000 kB\nMemFree:  10 kB\nSwapTotal:   24 kB\n"

  @Test func machine() throws {
    let machine = MemoryLimit(bytes: 1024 * 1024, source: "this machine has")
    #expect(try limit(["proc/meminfo": information]) == machine)
    #expect(try limit([:]) == nil)
    #expect(try limit(["proc/meminfo": "MemTotal: much kB\n"]) == nil)
    let unbound = ["proc/meminfo": information, "proc/self/cgroup": "0::/a\n", "sys/fs/cgroup/a/memory.max": "max\n"]
    #expect(try limit(unbound) == machine)
  }

  /// The smallest limit of a group and its parents counts, in either version, even if only the topmost is visible.
  @Test(arguments: [
    ("0::/job/step\n", ["job/step/memory.max": "max", "job/memory.max": "5000", "memory.max": "9000"]),
    ("0::/not/there\n", ["memory.max": "5000"]),
    (
      "2:cpu:/x\n4:memory,hugetlb:/job\n",
      ["memory/job/memory.limit_in_bytes": "5000", "memory/memory.limit_in_bytes": "9223372036854771712"]
    ),
  ])
  func group(membership: String, files: [String: String]) throws {
    var all = ["proc/meminfo": information, "proc/self/cgroup": membership]
    for (path, text) in files { all["sys/fs/cgroup/" + path] = text + "\n" }
    #expect(try limit(all) == MemoryLimit(bytes: 5000 + 24 * 1024, source: "this job's cgroup allows"))
  }

  @Test func moreThanThereIs() throws {
    try MemoryLimit.check(bytes: 1 << 20, for: "a small thing")
    let error = #expect(throws: LinearAlgebraError.self) {
      try MemoryLimit.check(bytes: 13_123_456_789_012_345, for: "a great thing")
    }
    let text = error?.description ?? ""
    #expect(text.hasPrefix("a great thing needs 13.1 PB of memory, this "), "\(text)")
    #expect(!text.contains("\n") && text.contains("; choose a smaller model"), "\(text)")
  }
}
