import Foundation
import Glibc

/// A folder in memory for readers that take paths; of one process alone.
struct Scratch {
  let root: URL

  func url(_ name: String) -> URL { root.appending(path: name) }

  /// Makes the folder `name` anew, empty.
  func folder(_ name: String) throws -> URL {
    let folder = root.appending(path: name, directoryHint: .isDirectory)
    if FileManager.default.fileExists(atPath: folder.path) { try FileManager.default.removeItem(at: folder) }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder
  }

  /// Writes a file, in the place of one that is there.
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

  /// By system calls, as Foundation takes longer than most readers.
  private static func write(_ bytes: [UInt8], _ path: String) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    let written = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
    expect(descriptor >= 0 && written == bytes.count && close(descriptor) == 0, "to write \(path), errno \(errno)")
  }
}

/// An input that stands for several files: each begins behind a line `=== NAME`, and ends before the next such line.
/// What comes before the first such line is the first file.
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
        // The line end before a mark belongs to the mark.
        if line > 0 { parts[name] = end(line - 1) }
        name = String(decoding: input[line + Self.mark.count..<next], as: UTF8.self)
        start = min(next + 1, input.count)
      }
      line = next + 1
    }
    parts[name] = end(input.count)
  }

  subscript(_ name: String) -> ArraySlice<UInt8>? { parts[name] }

  /// The bytes of a section as text, whatever they are; empty where there is none.
  func text(_ name: String) -> String { String(decoding: parts[name] ?? [], as: UTF8.self) }

  /// An input of these files.
  static func joined(_ files: [(name: String, bytes: [UInt8])]) -> [UInt8] {
    Array(files.map { mark + Array("\($0.name)\n".utf8) + $0.bytes }.joined(separator: [0x0A]))
  }
}
