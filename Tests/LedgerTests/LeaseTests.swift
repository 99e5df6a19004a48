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

  /// Puts a lease there that was renewed `age` seconds ago.
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
    // Stopped for long, but alive.
    try setAge(1000)
    let error = try #require(throws: LedgerError.self) { try Lease.acquire(in: run) }
    #expect(error.description.contains("in use by process \(getpid()) on host "))
    #expect(error.description.contains(", job slurm 17, expected it free"))
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

  @Test func anotherHostKeepsItWhileItIsRenewed() throws {
    try leave(["host": "elsewhere", "process": 1], age: Lease.lifetime - 15)
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
