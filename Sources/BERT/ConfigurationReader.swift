internal import Diagnostics
internal import Foundation
internal import JSONReader
internal import POSIX

/// Typed access to config.json with errors that name file, key, value and expectation.
///
/// Of a key that stands there twice the last value counts, as in transformers; a byte order mark is passed over.
struct ConfigurationReader {
  private let root: JSON
  let path: String

  /// A file of more bytes is no configuration.
  private static let greatestSize = 16_000_000

  /// Reads the file `config.json` of a Hugging Face directory.
  ///
  /// - Throws: ``ModelError``; `SystemError` and `NotAFile` for a file that is there and cannot be read.
  init(directory: URL) throws {
    let url = directory.appending(path: "config.json")
    guard try System.exists(url.path) else {
      throw ModelError.configurationUnreadable(path: url.path, reason: "no such file")
    }
    let file = try MappedFile(url)
    guard file.bytes.count <= Self.greatestSize else {
      throw ModelError.configurationUnreadable(
        path: url.path, reason: "\(file.bytes.count) bytes, expected at most \(Self.greatestSize)")
    }
    try self.init(json: withExtendedLifetime(file) { Data(file.bytes) }, path: url.path)
  }

  /// Reads the bytes of a config.json; `path` is for messages.
  init(json: Data, path: String) throws(ModelError) {
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    do { root = try JSON(parsing: [UInt8](json.starts(with: mark) ? json.dropFirst(mark.count) : json)) } catch {
      throw .configurationUnreadable(path: path, reason: "not JSON: \(error)")
    }
    guard case .object = root else { throw .configurationUnreadable(path: path, reason: "not a JSON object") }
    self.path = path
  }

  /// The members; of equal keys the last.
  var members: [JSON.Member] { root.members }

  func isSet(_ key: String) -> Bool { root[key] ?? .null != .null }

  func require(_ key: String, oneOf known: [String]) throws(ModelError) {
    guard isSet(key) else { return }
    guard case .string(let text) = root[key], known.contains(text) else {
      throw .unsupported(
        path: path, key: key, got: show(key), expected: known.map { "\"\($0)\"" }.joined(separator: " or "))
    }
  }

  func size(_ key: String, limit: Int = Int(Int32.max), default standard: Int? = nil) throws(ModelError) -> Int {
    if !isSet(key), let standard { return standard }
    guard case .number(let number) = root[key], let value = Int(exactly: number.value), value >= 1, value <= limit
    else {
      throw .configurationValue(
        path: path, key: key, got: show(key), expected: "a whole number from 1 to \(limit)")
    }
    return value
  }

  func number(_ key: String, in range: ClosedRange<Double>, default standard: Double) throws(ModelError) -> Double {
    guard isSet(key) else { return standard }
    guard case .number(let number) = root[key], range.contains(number.value) else {
      throw .configurationValue(
        path: path, key: key, got: show(key),
        expected: "a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number.value
  }

  func string(_ key: String, default standard: String) throws(ModelError) -> String {
    guard isSet(key) else { return standard }
    guard case .string(let value) = root[key] else {
      throw .configurationValue(path: path, key: key, got: show(key), expected: "a text")
    }
    return value
  }

  func flag(_ key: String, default standard: Bool) throws(ModelError) -> Bool {
    guard isSet(key) else { return standard }
    guard case .bool(let value) = root[key] else {
      throw .configurationValue(path: path, key: key, got: show(key), expected: "true or false")
    }
    return value
  }

  /// The names of `id2label` in the order of their ids; nil without one.
  func labels() throws(ModelError) -> [String]? {
    guard isSet("id2label") else { return nil }
    let expected = "an object with the keys \"0\", \"1\", ... and texts"
    guard let map = root["id2label"], case .object = map else {
      throw .configurationValue(path: path, key: "id2label", got: show("id2label"), expected: expected)
    }
    var labels: [String] = []
    for id in map.members.indices {
      guard case .string(let label) = map["\(id)"] else {
        throw .configurationValue(path: path, key: "id2label", got: show("id2label"), expected: expected)
      }
      labels.append(label)
    }
    return labels.isEmpty ? nil : labels
  }

  /// A value as messages show it, on one line of bounded length.
  func show(_ key: String) -> String { root[key]?.shown ?? "missing" }
}
