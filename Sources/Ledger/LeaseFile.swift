internal import Foundation
internal import Glibc
internal import POSIX

/// An open lease file, under any name.
final class LeaseFile: Sendable {
  private let path: String
  private let descriptor: Int32

  /// Creates the file; nil if it already exists.
  init?(creating path: String) throws {
    guard let descriptor = try System.create(path) else { return nil }
    self.path = path
    self.descriptor = descriptor
  }

  /// Opens the file to take it over; nil if it does not exist.
  init?(opening path: String) throws {
    guard let descriptor = try System.open(updating: path) else { return nil }
    self.path = path
    self.descriptor = descriptor
  }

  /// Opens the file to read it; nil if it does not exist.
  init?(reading path: String) throws {
    do {
      descriptor = try System.open(reading: path)
    } catch let error as SystemError where error.number == ENOENT {
      return nil
    }
    self.path = path
  }

  deinit {
    System.close(descriptor)
  }

  /// Overwrites the record in one call. All records of one job have the same length.
  func write(_ record: LeaseRecord) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.dateEncodingStrategy = .iso8601
    try encoder.encode(record).withUnsafeBytes { try System.overwrite($0, in: descriptor, path) }
  }

  /// The holder named by the file; nil if the record is unreadable.
  ///
  /// - Throws: `NotAFile`, `SystemError`.
  func record() throws -> LeaseRecord? {
    _ = try System.size(of: descriptor, path)
    let decoder = JSONDecoder()
    decoder.dateDecodingStrategy = .iso8601
    return try? decoder.decode(LeaseRecord.self, from: Data(System.read(descriptor, upTo: 4096, path)))
  }

  /// The modification time, in seconds by the file system's clock.
  func modified() throws -> Double {
    let time = try System.status(descriptor, path).st_mtim
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  /// Takes the file's lock until this object is freed; false if another process holds it.
  ///
  /// - Throws: ``LedgerError/noLocks(_:)``, `SystemError`.
  func lock() throws -> Bool { try LedgerError.naming { try System.lock(descriptor, path) } }

  /// Takes and releases a lock of the kind that SQLite uses.
  ///
  /// - Throws: ``LedgerError/noLocks(_:)``, `SystemError`.
  func proveLocks() throws { try LedgerError.naming { try System.proveRecordLocks(descriptor, path) } }

  /// Whether the path names this file.
  func isNamed(_ path: String) throws -> Bool { try System.isNamed(path, descriptor) }
}

/// The contents of a lease file.
struct LeaseRecord: Codable, CustomStringConvertible {
  let host: String
  /// Distinguishes machines with the same name, and containers on one machine, whose process numbers are unrelated: see
  /// `System.machine`. Nil if the system does not say, and in files of older versions.
  let machine: String?
  let process: Int32
  /// When the process started, in clock ticks since boot. Distinguishes it from a later process with the same number.
  let processStart: UInt64?
  let job: String?
  /// For people to read; only the file's modification time is used.
  let heartbeat: Date

  /// The record of this process, now.
  static func own(job: String?) throws -> LeaseRecord {
    let process = getpid()
    return LeaseRecord(
      host: try System.hostName(), machine: System.machine, process: process,
      processStart: System.startTime(of: process), job: job, heartbeat: Date())
  }

  /// Whether the process number is one of this machine's. For other machines only the heartbeat tells whether the
  /// process is alive.
  var isOfThisMachine: Bool {
    get throws {
      if let machine, let own = System.machine { return machine == own }
      return host == (try System.hostName())
    }
  }

  /// Whether the process, which is on this machine, is alive. One that has ended but not been collected by its parent
  /// is not.
  var isProcessAlive: Bool {
    guard System.isAlive(process) else { return false }
    guard let processStart, let now = System.startTime(of: process) else { return true }
    return processStart == now
  }

  var description: String {
    "process \(process) on host \(host)" + (job.map { ", job \($0)" } ?? "")
  }
}
