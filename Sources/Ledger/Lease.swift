internal import Foundation
internal import POSIX
public import Sweep
internal import Synchronization

/// The right to use a run directory, held by one job at a time in the form of the file `lease` in it.
///
/// The file names its holder. Its modification time, by the file system's clock, is the heartbeat, so that hosts whose
/// clocks differ agree on its age. A lease is free if there is no file, if its process no longer exists on this
/// machine, or if it was not renewed for ``lifetime`` seconds, which means that its process is suspended or its machine
/// is lost. A heartbeat in the future counts by its distance too, because no live job would leave it there.
///
/// A new file is created exclusively. To take over a stale one, a job locks it, checks it again, and renames its own
/// file over it. So only one of several jobs wins, and the others see the winner's file. The holder writes only to the
/// file it has open, never to one that replaced it, and notices the loss at its next ``check()``. Two gaps remain.
/// Where locks do not reach other hosts (NFS mounted `nolock`, Lustre with `localflock`), two hosts that take over at
/// the same instant may both believe that they hold the lease until the first of them renews it. And a job that is
/// suspended for longer than the lifetime continues to work until its next check.
public final class Lease: Sendable {
  /// Seconds without renewal after which another job may take over. Renew at least three times in that time.
  public static let lifetime = 60.0

  private let path: String
  private let job: String?
  private let file: LeaseFile
  private let renewal = Mutex<LeaseRenewal?>(nil)

  private init(path: String, job: String?, file: LeaseFile) {
    self.path = path
    self.job = job
    self.file = file
  }

  deinit {
    renewal.withLock { $0?.end() }
  }

  /// Acquires the lease of an existing run directory.
  ///
  /// - Parameter job: the batch system's name for this job, for messages; nil outside a batch system.
  /// - Throws: ``LedgerError``: `leaseHeld` with host and process, `noLocks`; `SystemError`.
  public static func acquire(in run: RunDirectory, job: String? = nil) throws -> Lease {
    let path = run.leaseFile.path
    // A lease that is released at this moment leaves no file, and one that another job is checking is locked. Then try
    // again, a limited number of times.
    for _ in 0..<10 {
      if let file = try LeaseFile(creating: path) {
        let lease = Lease(path: path, job: job, file: file)
        do {
          try file.write(.own(job: job))
          // The ledger needs locks too, but would only say that it is busy.
          try file.proveLocks()
        } catch {
          // An empty file would block the next job for a while.
          try? lease.release()
          throw error
        }
        return lease
      }
      if let file = try takeOver(path, job: job) { return Lease(path: path, job: job, file: file) }
    }
    throw LedgerError.leaseHeld(path: path, holder: "another job that is just starting")
  }

  /// The holder of a run directory's lease; nil if it is free. Only reads. It has no file of its own to compare with,
  /// so it measures the heartbeat's age by this host's clock.
  ///
  /// - Throws: `SystemError`
  public static func holder(of run: RunDirectory) throws -> String? {
    guard let file = try LeaseFile(reading: run.leaseFile.path) else { return nil }
    return try holder(of: file, now: Date().timeIntervalSince1970)
  }

  /// Whether a lease file, whatever its name, belongs to a job that may be alive.
  ///
  /// - Parameter now: the time in seconds, by the file system's clock.
  static func isHeld(_ path: String, now: Double) throws -> Bool {
    guard let file = try LeaseFile(reading: path) else { return false }
    return try holder(of: file, now: now) != nil
  }

  /// Renews the heartbeat from a separate thread until ``release()``, even while the caller is busy. The next
  /// ``check()`` throws its errors.
  public func keepRenewing(every seconds: Double = 10) {
    renewal.withLock { renewal in
      guard renewal == nil else { return }
      renewal = LeaseRenewal(every: seconds) { [path, job, file] in try Self.renew(file, path, job) }
    }
  }

  /// Checks that this job still holds the lease. Call it before writing anything that another job might write too.
  ///
  /// - Throws: ``LedgerError/leaseLost(path:)`` if the file is gone or belongs to another job; the error of a failed
  ///   renewal; `SystemError`.
  public func check() throws {
    if let failure = renewal.withLock({ $0?.failure }) { throw failure }
    guard try file.isNamed(path) else { throw LedgerError.leaseLost(path: path) }
  }

  /// Renews the heartbeat once.
  ///
  /// - Throws: ``LedgerError/leaseLost(path:)`` if the file is gone or belongs to another job, `SystemError`.
  public func renew() throws { try Self.renew(file, path, job) }

  /// Releases the lease. A lease that is already lost is left to its new holder.
  ///
  /// - Throws: `SystemError`
  public func release() throws {
    renewal.withLock { renewal in
      renewal?.end()
      renewal = nil
    }
    if try file.isNamed(path) { try System.remove(path) }
  }

  private static func renew(_ file: LeaseFile, _ path: String, _ job: String?) throws {
    guard try file.isNamed(path) else { throw LedgerError.leaseLost(path: path) }
    try file.write(.own(job: job))
  }

  /// The new file in place of a stale one; nil if the stale one has been removed or changed in the meantime.
  private static func takeOver(_ path: String, job: String?) throws -> LeaseFile? {
    guard let stale = try LeaseFile(opening: path) else { return nil }
    guard try stale.lock() else {
      // Another job is checking it, or a process that is just starting has it open for a moment.
      Thread.sleep(forTimeInterval: 0.02)
      return nil
    }
    return try withFile(beside: path, job: job) { new, temporary in
      if let holder = try holder(of: stale, now: new.modified()) {
        throw LedgerError.leaseHeld(path: path, holder: holder)
      }
      guard try stale.isNamed(path) else { return nil }
      try new.proveLocks()
      try System.rename(temporary, to: path)
      return new
    }
  }

  /// Calls `body` with a new lease file under another name, and with that name. The name is gone afterwards.
  private static func withFile<Value>(
    beside path: String, job: String?, _ body: (LeaseFile, String) throws -> Value
  ) throws -> Value {
    let temporary = "\(path).\(System.randomName()).tmp"
    guard let file = try LeaseFile(creating: temporary) else {
      throw SystemError("open", temporary, errno: EEXIST, .writing)
    }
    let result = Result {
      try file.write(.own(job: job))
      return try body(file, temporary)
    }
    if try file.isNamed(temporary) { try System.remove(temporary) }
    return try result.get()
  }

  /// The holder named by a lease file; nil if the file is stale.
  private static func holder(of file: LeaseFile, now: Double) throws -> String? {
    let age = now - (try file.modified())
    let isFresh = abs(age) < lifetime
    let seconds = "renewed \(Int(max(0, min(age, lifetime)))) s ago"
    guard let record = try file.record() else {
      return isFresh ? "another job that is just starting, or one that left a damaged lease (\(seconds))" : nil
    }
    if try record.isOfThisMachine && !record.isProcessAlive { return nil }
    return isFresh ? "\(record) (\(seconds))" : nil
  }
}
