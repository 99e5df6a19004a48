import Diagnostics
import Foundation
import Ledger
import POSIX
import Sweep
import Testing

@Suite struct LeaseTests {
  let temporary: TemporaryRun
  let run: RunDirectory

  init() throws {
    temporary = try TemporaryRun()
    run = temporary.run
  }

  private func record() throws -> [String: Any] {
    let object = try JSONSerialization.jsonObject(with: Data(contentsOf: run.leaseFile))
    return try #require(object as? [String: Any])
  }

  /// Creates a lease that was renewed `age` seconds ago.
  private func leave(_ changes: [String: Any], age: Double = 0) throws {
    let lease = try Lease.acquire(in: run)
    let changed = try record().merging(changes) { $1 }
    try lease.release()
    try JSONSerialization.data(withJSONObject: changed).write(to: run.leaseFile)
    try setAge(age)
  }

  private func setAge(_ age: Double) throws {
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSinceNow: -age)], ofItemAtPath: run.leaseFile.path)
  }

  /// The number of a process that has ended.
  private func endedProcess() throws -> Int32 {
    let process = Process()
    process.executableURL = URL(filePath: "/bin/true")
    try process.run()
    process.waitUntilExit()
    return process.processIdentifier
  }

  /// Waits for a condition, with a time limit.
  private func wait(until isSo: () throws -> Bool) throws {
    for _ in 0..<1000 {
      if try isSo() { return }
      Thread.sleep(forTimeInterval: 0.01)
    }
    Issue.record("it took more than 10 s")
  }

  @Test func aFreeDirectoryIsLeasedAndGivenBack() throws {
    #expect(try Lease.holder(of: run) == nil)
    let lease = try Lease.acquire(in: run, job: "slurm 17")
    #expect(try record()["job"] as? String == "slurm 17")
    #expect(try record()["process"] as? Int32 == getpid())
    #expect(try #require(try Lease.holder(of: run)).hasPrefix("process \(getpid()) on host "))
    #expect(try temporary.files() == ["lease"])
    try lease.release()
    try lease.release()
    #expect(try temporary.files().isEmpty)
  }

  @Test func aLivingProcessOfThisHostKeepsIt() throws {
    let lease = try Lease.acquire(in: run, job: "slurm 17")
    try setAge(Lease.lifetime - 15)
    let error = try #require(throws: LedgerError.self) { try Lease.acquire(in: run) }
    #expect(error.description.contains("in use by process \(getpid()) on host "))
    #expect(error.description.contains(", job slurm 17 (renewed 4"))
    #expect(try temporary.files() == ["lease"])
    try lease.renew()
  }

  @Test func theLeaseOfAnEndedProcessIsTakenOver() throws {
    try leave(["process": try endedProcess()])
    #expect(try Lease.holder(of: run) == nil)
    let lease = try Lease.acquire(in: run)
    #expect(try record()["process"] as? Int32 == getpid())
    #expect(try temporary.files() == ["lease"])
    try lease.renew()
  }

  @Test func aLaterProcessOfTheSameNumberIsNotTheHolder() throws {
    try leave(["processStart": 1])
    _ = try Lease.acquire(in: run)
  }

  /// A suspended process does not hold the lease forever. When it continues it notices the loss before it writes
  /// anything.
  @Test func aStoppedProcessLosesItAndFindsOut() throws {
    let stopped = try Lease.acquire(in: run)
    try setAge(Lease.lifetime + 20)
    #expect(try Lease.holder(of: run) == nil)
    let lease = try Lease.acquire(in: run)
    #expect(throws: LedgerError.self) { try stopped.check() }
    #expect(throws: LedgerError.self) { try stopped.renew() }
    try lease.check()
  }

  /// A process that has ended but was not collected by its parent still has its number.
  @Test func aZombieHoldsNothing() throws {
    let child = Process()
    child.executableURL = URL(filePath: "/bin/sh")
    // The shell becomes a program that never waits for its child, which ends at once.
    child.arguments = ["-c", "sleep 0 & echo $!; exec sleep 30"]
    let output = Pipe()
    child.standardOutput = output
    try child.run()
    defer { child.terminate() }
    let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
    let zombie = try #require(Int32(line.trimmingCharacters(in: .whitespacesAndNewlines)))
    var state = ""
    try wait {
      state = try String(contentsOfFile: "/proc/\(zombie)/stat", encoding: .utf8)
      return state.contains(") Z ")
    }
    let start = try #require(UInt64(state.split(separator: " ")[21]))
    try leave(["process": zombie, "processStart": start])
    #expect(try Lease.holder(of: run) == nil)
    _ = try Lease.acquire(in: run)
  }

  @Test func aHeartbeatFromTheFutureDoesNotBlockForHours() throws {
    try leave(["host": "elsewhere", "machine": "elsewhere", "process": 1], age: -3600)
    #expect(try Lease.holder(of: run) == nil)
    _ = try Lease.acquire(in: run)
  }

  /// Containers are often all called localhost, and each has a process 1.
  @Test func aMachineOfTheSameNameIsAnother() throws {
    try leave(["machine": "another boot", "process": try endedProcess()])
    let error = try #require(throws: LedgerError.self) { try Lease.acquire(in: run) }
    #expect(error.description.contains("in use by process "))
    // A file of an older version has only the name.
    try FileManager.default.removeItem(at: run.leaseFile)
    try leave(["machine": NSNull(), "process": try endedProcess()])
    #expect(try Lease.holder(of: run) == nil)
  }

  @Test func aDamagedFileHoldsNoLongerThanAHeartbeat() throws {
    for bytes in [Data([0xFF, 0x00, 0x7B]), Data(#"{"host":3}"#.utf8), Data(repeating: 0x5B, count: 1 << 20)] {
      try bytes.write(to: run.leaseFile)
      let error = try #require(throws: LedgerError.self) { try Lease.acquire(in: run) }
      #expect(error.description.contains("a damaged lease"))
      try setAge(Lease.lifetime + 20)
      try Lease.acquire(in: run).release()
    }
    try FileManager.default.createDirectory(at: run.leaseFile, withIntermediateDirectories: true)
    #expect(throws: (any Error).self) { try Lease.acquire(in: run) }
    #expect(throws: (any Error).self) { try Lease.holder(of: run) }
  }

  @Test func lookingAtItWritesNothing() throws {
    try leave(["host": "elsewhere", "machine": "elsewhere", "process": 1])
    try FileManager.default.setAttributes([.posixPermissions: 0o444], ofItemAtPath: run.leaseFile.path)
    let before = try FileManager.default.attributesOfItem(atPath: run.root.path)[.modificationDate] as? Date
    #expect(try Lease.holder(of: run)?.contains("elsewhere") == true)
    let after = try FileManager.default.attributesOfItem(atPath: run.root.path)[.modificationDate] as? Date
    #expect(before == after)
  }

  @Test func aThreadRenewsItAndSaysWhenItIsLost() throws {
    let lease = try Lease.acquire(in: run)
    try setAge(1000)
    lease.keepRenewing(every: 0.02)
    try wait { try Lease.holder(of: run) != nil }
    try lease.check()
    try FileManager.default.removeItem(at: run.leaseFile)
    #expect(throws: LedgerError.self) { try lease.check() }
    try lease.release()
    #expect(try temporary.files().isEmpty)
  }

  @Test func aFileSystemWithoutLocksIsCalledSo() {
    let error = LedgerError.noLocks(SystemError("fcntl", "r/lease", errno: ENOLCK, .writing))
    #expect(error.description.hasPrefix("r/lease: fcntl failed: No locks available (errno 37): locks do not work"))
    #expect(error.exitStatus == .inputOutput)
  }

  @Test func anotherHostKeepsItWhileItIsRenewed() throws {
    try leave(["host": "elsewhere", "machine": "elsewhere", "process": 1], age: Lease.lifetime - 15)
    let error = try #require(throws: LedgerError.self) { try Lease.acquire(in: run) }
    #expect(error.description.contains("process 1 on host elsewhere (renewed 4"))
    #expect(try record()["host"] as? String == "elsewhere")
    try setAge(Lease.lifetime + 20)
    let lease = try Lease.acquire(in: run)
    #expect(try record()["host"] as? String != "elsewhere")
    try lease.release()
  }

  @Test func aFileThatSaysNothingIsOfAJobThatStarts() throws {
    try Data().write(to: run.leaseFile)
    let error = try #require(throws: LedgerError.self) { try Lease.acquire(in: run) }
    #expect(error.description.contains("another job that is just starting"))
    try setAge(Lease.lifetime + 20)
    _ = try Lease.acquire(in: run)
  }

  @Test func theFormerHolderFindsOutAndLeavesTheNewOneAlone() throws {
    let former = try Lease.acquire(in: run)
    try FileManager.default.removeItem(at: run.leaseFile)
    let lease = try Lease.acquire(in: run)
    #expect(throws: LedgerError.self) { try former.renew() }
    try former.release()
    try lease.renew()
    #expect(try temporary.files() == ["lease"])
    try FileManager.default.removeItem(at: run.leaseFile)
    #expect(throws: LedgerError.self) { try lease.renew() }
  }

  @Test func renewingMovesTheHeartbeat() throws {
    let lease = try Lease.acquire(in: run)
    try setAge(1000)
    try lease.renew()
    let modified = try FileManager.default.attributesOfItem(atPath: run.leaseFile.path)[.modificationDate] as? Date
    #expect(try #require(modified).timeIntervalSinceNow > -500)
    #expect(try record()["heartbeat"] is String)
  }

  @Test func ofManyThatTakeOverOneWins() async throws {
    for _ in 0..<20 {
      try leave(["process": try endedProcess()])
      let run = run
      let leases = await withTaskGroup(of: Lease?.self) { group in
        for _ in 0..<8 { group.addTask { try? Lease.acquire(in: run) } }
        return await group.reduce(into: [Lease]()) { leases, lease in if let lease { leases.append(lease) } }
      }
      #expect(leases.count == 1)
      try leases.first?.renew()
      try leases.first?.release()
      #expect(try temporary.files().isEmpty)
    }
  }

  @Test func aDirectoryThatIsNotThereIsAnError() throws {
    let nowhere = RunDirectory(root: run.root.appending(path: "nowhere"))
    let error = try #require(throws: SystemError.self) { try Lease.acquire(in: nowhere) }
    #expect(error.description.contains("nowhere/lease: open failed: No such file or directory"))
  }
}
