import ArgumentParser
import Foundation
import Tokenization

struct Tokenize: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Turns text into token ids.",
    discussion: """
      Reads lines from standard input and prints each one's ids, separated by spaces, on a line of standard output. A \
      TAB in a line separates a pair. Lines end at byte 0x0A only.

      Example: echo "a film of rare beauty" | seedscape tokenize --model models/minilm
      """)

  @Option(
    help: .init("A Hugging Face BERT directory with vocab.txt or tokenizer.json.", valueName: "dir"),
    completion: .directory)
  var model: String

  @Option(help: .init("Tokens of a line at most, special tokens included. (default: no limit)", valueName: "n"))
  var maxLength: Int?

  func run() throws {
    let tokenizer = try WordPieceTokenizer(directory: URL(filePath: model, directoryHint: .isDirectory))
    var reader = LineReader(.standardInput)
    var output: [UInt8] = []
    while let line = try reader.next() {
      let parts = line.text.split(separator: "\t", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      let ids = try tokenizer.encode(parts[0], pair: parts.count > 1 ? parts[1] : nil, maxLength: maxLength).ids
      for (index, id) in ids.enumerated() {
        if index > 0 { output.append(0x20) }
        output += Array(String(id).utf8)
      }
      output.append(0x0A)
      if output.count > 1 << 16 {
        try FileHandle.standardOutput.write(contentsOf: output)
        output.removeAll(keepingCapacity: true)
      }
    }
    try FileHandle.standardOutput.write(contentsOf: output)
  }
}

/// Lines of a file, which end at byte 0x0A only.
private struct LineReader {
  private let file: FileHandle
  private var buffer: [UInt8] = []
  private var start = 0
  private var number = 0

  init(_ file: FileHandle) { self.file = file }

  /// The next line and its number, from 1; nil at the end.
  mutating func next() throws -> (text: String, number: Int)? {
    var searched = start
    while true {
      if let end = buffer[searched...].firstIndex(of: 0x0A) {
        defer { start = end + 1 }
        return try decode(buffer[start..<end])
      }
      searched = buffer.count - start
      buffer.removeFirst(start)
      start = 0
      guard let more = try file.read(upToCount: 1 << 16), !more.isEmpty else {
        guard !buffer.isEmpty else { return nil }
        defer { buffer = [] }
        return try decode(buffer[...])
      }
      buffer += more
    }
  }

  private mutating func decode(_ bytes: ArraySlice<UInt8>) throws -> (text: String, number: Int) {
    number += 1
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw InputError("standard input, line \(number): not UTF-8; convert the text to UTF-8")
    }
    return (text, number)
  }
}
