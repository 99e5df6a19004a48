import Foundation
import Glibc

/// An in-memory folder for readers that take paths; used by one process only.
struct Scratch {
  let root: URL

  func url(_ name: String) -> URL { root.appending(path: name) }

  /// Creates the folder `name`, empty.
  func folder(_ name: String) throws -> URL {
    let folder = root.appending(path: name, directoryHint: .isDirectory)
    if FileManager.default.fileExists(atPath: folder.path) { try FileManager.default.removeItem(at: folder) }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder
  }

  /// Writes a file, replacing an existing one.
  func write(_ bytes: some Collection<UInt8>, to name: String) {
    Self.write(Array(bytes), url(name).path)
  }

  /// Writes each file that the input has a section for, and removes the others.
  func write(_ input: Sections, _ names: [String], in folder: String) {
    for name in names {
      let path = url("\(folder)/\(name)").path
      if let bytes = input[name] { Self.write(Array(bytes), path) } else { unlink(path) }
    }
  }

  /// Uses system calls, because Foundation takes longer than most readers.
  private static func write(_ bytes: [UInt8], _ path: String) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    let written = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
    expect(descriptor >= 0 && written == bytes.count && close(descriptor) == 0, "to write \(path), errno \(errno)")
  }
}

/// An input that represents several files. Each starts after a line `=== NAME` and ends before the next such line. Text
/// before the first such line is the first file.
struct Sections {
  private var parts: [String: ArraySlice<UInt8>] = [:]
  private static let mark = Array("=== ".utf8)

  /// - Parameter first: the name of the first file.
  init(_ input: [UInt8], first: String) {
    var name = first
    var start = 0
    var line = 0
    func end(_ end: Int) -> ArraySlice<UInt8> { input[start..<max(start, end)] }
    while line < input.count {
      let next = input[line...].firstIndex(of: 0x0A) ?? input.count
      if input[line..<next].starts(with: Self.mark) {
        // The line break before a mark belongs to the mark.
        if line > 0 { parts[name] = end(line - 1) }
        name = String(decoding: input[line + Self.mark.count..<next], as: UTF8.self)
        start = min(next + 1, input.count)
      }
      line = next + 1
    }
    parts[name] = end(input.count)
  }

  subscript(_ name: String) -> ArraySlice<UInt8>? { parts[name] }

  /// The bytes of a section as text, valid or not; empty if there is no such section.
  func text(_ name: String) -> String { String(decoding: parts[name] ?? [], as: UTF8.self) }

  /// An input made of these files.
  static func joined(_ files: [(name: String, bytes: [UInt8])]) -> [UInt8] {
    Array(files.map { mark + Array("\($0.name)\n".utf8) + $0.bytes }.joined(separator: [0x0A]))
  }
}
