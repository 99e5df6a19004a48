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

  /// Opens the file; nil when there is none.
  init?(opening path: String) throws {
    guard let descriptor = try System.open(updating: path) else { return nil }
    self.path = path
    self.descriptor = descriptor
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
  func record() throws -> LeaseRecord? {
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
  func lock() throws -> Bool { try System.lock(descriptor, path) }

  /// Whether a path names this very file.
  func isNamed(_ path: String) throws -> Bool { try System.isNamed(path, descriptor) }
}

/// What a lease file says.
struct LeaseRecord: Codable, CustomStringConvertible {
  let host: String
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
      host: try System.hostName(), process: process, processStart: System.startTime(of: process), job: job,
      heartbeat: Date())
  }

  /// Whether the process, which is one of this host, lives.
  var isProcessAlive: Bool {
    guard System.isAlive(process) else { return false }
    guard let processStart, let now = System.startTime(of: process) else { return true }
    return processStart == now
  }

  var description: String {
    "process \(process) on host \(host)" + (job.map { ", job \($0)" } ?? "")
  }
}
