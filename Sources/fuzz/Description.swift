import Foundation
import GLUE
import JSONReader
import TensorFiles
import Tokenization

/// What a reader makes of a file, as one line of text, to compare with readers of other programs
/// (`tools/fixtures/compare_readers.py`). Bytes are written in hexadecimal.
enum Description: String, CaseIterable {
  case npy, safetensors, csv, tsv, jsonl, json

  /// The line; if the reader throws, `refused: ` and the error's message.
  func line(_ path: String) -> String {
    do { return try text(URL(filePath: path)) } catch { return "refused: \("\(error)".debugDescription)" }
  }

  private func text(_ url: URL) throws -> String {
    switch self {
    case .npy: return Self.text(try NumPyFile.read(url), name: "")
    case .safetensors:
      let file = try SafetensorsFile(url)
      let tensors = try file.entries.map { entry in
        let name = Self.digits(Array(entry.name.utf8))
        // An unsigned number too large for Int64 is rejected when it is read.
        do { return Self.text(try file.array(entry.name), name: name) } catch TensorFileError.valueOutOfRange {
          return "\(name) out of range"
        }
      }
      return tensors.sorted().joined(separator: " ")
    case .csv, .tsv, .jsonl:
      let task = try GLUE.Task.custom(
        name: "own", train: url.path, dev: url.path, columns: Columns(text: "a", pair: "b", label: "label"),
        labels: .classes(["x", "y"]), format: FileFormat(rawValue: rawValue), in: url.deletingLastPathComponent())
      return try task.read(.train, in: url.deletingLastPathComponent()).examples.map { example in
        let label = if case .class(let id) = example.label { "\(id)" } else { "none" }
        return [example.text, example.pair ?? ""].map { Self.digits(Array($0.utf8)) }.joined(separator: ",") + ","
          + label
      }.joined(separator: " ")
    case .json: return Self.json(try JSON(parsing: Array(Data(contentsOf: url))))
    }
  }

  private static func text(_ array: NamedArray, name: String) -> String {
    let shape = array.shape.map(String.init).joined(separator: ",")
    return "\(name) \(array.elements.dtype.rawValue) [\(shape)] " + array.elements.withUnsafeBytes { digits(Array($0)) }
  }

  private static func json(_ json: JSON) -> String {
    switch json {
    case .null: "null"
    case .bool(let value): "\(value)"
    case .number(let value): String(value.value.bitPattern, radix: 16)
    case .string(let value): "\"" + digits(Array(value.utf8)) + "\""
    case .array(let values): "[" + values.map(Self.json).joined(separator: ",") + "]"
    case .object(let members):
      "{" + members.map { digits(Array($0.key.utf8)) + ":" + Self.json($0.value) }.joined(separator: ",") + "}"
    }
  }

  private static func digits(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
