internal import Foundation
internal import POSIX
public import Sweep
internal import Synchronization

/// The right to run on a run directory, held by one job at a time as the file `lease` in it.
///
/// The file says who holds it, and its time of modification, by the file system's clock, is the heartbeat: hosts whose
/// clocks differ agree on its age. A lease is free when there is no file, when its process is gone from this machine, or
/// when it was not renewed for ``lifetime`` seconds: then its process is stopped, or its machine is lost. A heartbeat from the
/// future counts by its distance, too: no job that is alive leaves it there.
///
/// A new file is made exclusively. To take over a stale one, a job locks it, looks again, and renames its own file over
/// it; so of several jobs one wins, and the loser sees the winner's. The holder writes only to the file it has open and
/// never to one that has replaced it, and finds out at its next ``check()``. What remains: where locks do not reach
/// other hosts (NFS mounted `nolock`, Lustre with `localflock`), two hosts that take over within the same instant may
/// both believe they hold it until the next renewal of the first; and a job that is stopped for longer than the
/// lifetime works on until its next check.
public final class Lease: Sendable {
  /// Seconds without renewal after which another job may take over. Renew at least three times as often.
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

  /// Acquires the lease of a run directory, which exists.
  ///
  /// - Parameter job: a batch system's name for this job, for messages; nil outside of one.
  /// - Throws: ``LedgerError``: `leaseHeld` naming host and process, `noLocks`; `SystemError`.
  public static func acquire(in run: RunDirectory, job: String? = nil) throws -> Lease {
    let path = run.leaseFile.path
    // A lease that is released while this looks at it leaves no file, and one that another looks at is locked: then try again,
    // not for ever.
    for _ in 0..<10 {
      if let file = try LeaseFile(creating: path) {
        let lease = Lease(path: path, job: job, file: file)
        do {
          try file.write(.own(job: job))
          // The ledger cannot do without locks either, and would say no more than that it is busy.
          try file.proveLocks()
        } catch {
          // An empty file would keep the next job out for a while.
          try? lease.release()
          throw error
        }
        return lease
      }
      if let file = try takeOver(path, job: job) { return Lease(path: path, job: job, file: file) }
    }
    throw LedgerError.leaseHeld(path: path, holder: "another job that is just starting")
  }

  /// Who holds the lease of a run directory; nil when it is free. Only reads: without a file of its own to compare with it
  /// takes the heartbeat's age by this host's clock.
  ///
  /// - Throws: `SystemError`
  public static func holder(of run: RunDirectory) throws -> String? {
    guard let file = try LeaseFile(reading: run.leaseFile.path) else { return nil }
    return try holder(of: file, now: Date().timeIntervalSince1970)
  }

  /// Whether a lease file of any name is of a job that may be alive.
  ///
  /// - Parameter now: seconds by the file system's clock.
  static func isHeld(_ path: String, now: Double) throws -> Bool {
    guard let file = try LeaseFile(reading: path) else { return false }
    return try holder(of: file, now: now) != nil
  }

  /// Renews the heartbeat from a thread of its own until ``release()``, whatever the caller is busy with. What goes wrong is
  /// thrown by the next ``check()``.
  public func keepRenewing(every seconds: Double = 10) {
    renewal.withLock { renewal in
      guard renewal == nil else { return }
      renewal = LeaseRenewal(every: seconds) { [path, job, file] in try Self.renew(file, path, job) }
    }
  }

  /// Makes sure that the lease is still this job's: before anything is written that another job might write too.
  ///
  /// - Throws: ``LedgerError/leaseLost(path:)`` when the file is gone or another job's; what a renewal failed with; `SystemError`.
  public func check() throws {
    if let failure = renewal.withLock({ $0?.failure }) { throw failure }
    guard try file.isNamed(path) else { throw LedgerError.leaseLost(path: path) }
  }

  /// Renews the heartbeat once.
  ///
  /// - Throws: ``LedgerError/leaseLost(path:)`` when the file is gone or another job's, `SystemError`.
  public func renew() throws { try Self.renew(file, path, job) }

  /// Gives the lease back; a lease that is lost already is left to its new holder.
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

  /// The new file in the place of a stale one; nil when that has gone or changed meanwhile.
  private static func takeOver(_ path: String, job: String?) throws -> LeaseFile? {
    guard let stale = try LeaseFile(opening: path) else { return nil }
    guard try stale.lock() else {
      // Another looks at it, or a process that is just being started has it open for a moment.
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

  /// Calls `body` with a new lease file of another name and that name, which is gone afterwards.
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

  /// Who holds a lease file; nil when it is stale.
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
