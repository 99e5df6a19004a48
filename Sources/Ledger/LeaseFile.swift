internal import Foundation
internal import Glibc
internal import POSIX

/// An open lease file, whatever name it has.
final class LeaseFile: Sendable {
  private let path: String
  private let descriptor: Int32

  /// Makes the file; nil when there is one of that name.
  init?(creating path: String) throws {
    guard let descriptor = try System.create(path) else { return nil }
    self.path = path
    self.descriptor = descriptor
  }

  /// Opens the file to take it over; nil when there is none.
  init?(opening path: String) throws {
    guard let descriptor = try System.open(updating: path) else { return nil }
    self.path = path
    self.descriptor = descriptor
  }

  /// Opens the file to look at it; nil when there is none.
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

  /// Writes a record over the one that is there, in one call: records of one job have the same length.
  func write(_ record: LeaseRecord) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.dateEncodingStrategy = .iso8601
    try encoder.encode(record).withUnsafeBytes { try System.overwrite($0, in: descriptor, path) }
  }

  /// Who the file says holds it; nil when it says nothing that can be read.
  ///
  /// - Throws: `NotAFile`, `SystemError`.
  func record() throws -> LeaseRecord? {
    _ = try System.size(of: descriptor, path)
    let decoder = JSONDecoder()
    decoder.dateDecodingStrategy = .iso8601
    return try? decoder.decode(LeaseRecord.self, from: Data(System.read(descriptor, upTo: 4096, path)))
  }

  /// When it was last written, in seconds by the file system's clock.
  func modified() throws -> Double {
    let time = try System.status(descriptor, path).st_mtim
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  /// Takes the file's lock until this object's end; false when another process has it.
  ///
  /// - Throws: ``LedgerError/noLocks(_:)``, `SystemError`.
  func lock() throws -> Bool { try LedgerError.naming { try System.lock(descriptor, path) } }

  /// Takes and gives back a lock of the kind that SQLite uses.
  ///
  /// - Throws: ``LedgerError/noLocks(_:)``, `SystemError`.
  func proveLocks() throws { try LedgerError.naming { try System.proveRecordLocks(descriptor, path) } }

  /// Whether a path names this very file.
  func isNamed(_ path: String) throws -> Bool { try System.isNamed(path, descriptor) }
}

/// What a lease file says.
struct LeaseRecord: Codable, CustomStringConvertible {
  let host: String
  /// What tells machines of one name apart, and containers on one machine, whose process numbers mean others: see
  /// `System.machine`. Nil where the system does not say, and in files of older versions.
  let machine: String?
  let process: Int32
  /// When the process started, in the kernel's clock ticks since the host's: tells it from a later one of that number.
  let processStart: UInt64?
  let job: String?
  /// For people; the file's time of modification is what counts.
  let heartbeat: Date

  /// Of this process, now.
  static func own(job: String?) throws -> LeaseRecord {
    let process = getpid()
    return LeaseRecord(
      host: try System.hostName(), machine: System.machine, process: process,
      processStart: System.startTime(of: process), job: job, heartbeat: Date())
  }

  /// Whether its process number is one of this machine's. Nothing but the heartbeat tells whether another's process lives.
  var isOfThisMachine: Bool {
    get throws {
      if let machine, let own = System.machine { return machine == own }
      return host == (try System.hostName())
    }
  }

  /// Whether the process, which is one of this machine, lives. One that has ended and waits for its parent does not.
  var isProcessAlive: Bool {
    guard System.isAlive(process) else { return false }
    guard let processStart, let now = System.startTime(of: process) else { return true }
    return processStart == now
  }

  var description: String {
    "process \(process) on host \(host)" + (job.map { ", job \($0)" } ?? "")
  }
}
