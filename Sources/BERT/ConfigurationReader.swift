internal import Foundation
internal import POSIX

/// Typed access to config.json with errors that name file, key, value and expectation.
///
/// Of a key that stands there twice the last value counts, as in transformers; a byte order mark is passed over.
struct ConfigurationReader {
  let values: [String: Any]
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

  init(json: Data, path: String) throws(ModelError) {
    let object: Any
    do { object = try JSONSerialization.jsonObject(with: json) } catch {
      let detail = (error as NSError).userInfo["NSDebugDescription"] as? String
      throw .configurationUnreadable(
        path: path, reason: ["not JSON", detail].compactMap { $0 }.joined(separator: ": "))
    }
    guard let values = object as? [String: Any] else {
      throw .configurationUnreadable(path: path, reason: "not a JSON object")
    }
    (self.values, self.path) = (values, path)
  }

  func isSet(_ key: String) -> Bool {
    guard let value = values[key] else { return false }
    return !(value is NSNull)
  }

  func require(_ key: String, oneOf known: [String]) throws(ModelError) {
    guard isSet(key) else { return }
    guard let text = values[key] as? String, known.contains(text) else {
      throw .unsupported(
        path: path, key: key, got: show(key), expected: known.map { "\"\($0)\"" }.joined(separator: " or "))
    }
  }

  func size(_ key: String, limit: Int = Int(Int32.max), default standard: Int? = nil) throws(ModelError) -> Int {
    if !isSet(key), let standard { return standard }
    guard !isTruthValue(key), let value = values[key] as? Int, value >= 1, value <= limit else {
      throw .configurationValue(
        path: path, key: key, got: show(key), expected: "a whole number from 1 to \(limit)")
    }
    return value
  }

  func number(_ key: String, in range: ClosedRange<Double>, default standard: Double) throws(ModelError) -> Double {
    guard isSet(key) else { return standard }
    guard !isTruthValue(key), let value = values[key] as? Double, range.contains(value) else {
      throw .configurationValue(
        path: path, key: key, got: show(key),
        expected: "a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  func string(_ key: String, default standard: String) throws(ModelError) -> String {
    guard isSet(key) else { return standard }
    guard let value = values[key] as? String else {
      throw .configurationValue(path: path, key: key, got: show(key), expected: "a text")
    }
    return value
  }

  func flag(_ key: String, default standard: Bool) throws(ModelError) -> Bool {
    guard isSet(key) else { return standard }
    guard isTruthValue(key), let value = values[key] as? Bool else {
      throw .configurationValue(path: path, key: key, got: show(key), expected: "true or false")
    }
    return value
  }

  /// The names of `id2label` in the order of their ids; nil without one.
  func labels() throws(ModelError) -> [String]? {
    guard isSet("id2label") else { return nil }
    let expected = "an object with the keys \"0\", \"1\", ... and texts"
    guard let map = values["id2label"] as? [String: Any] else {
      throw .configurationValue(path: path, key: "id2label", got: show("id2label"), expected: expected)
    }
    var labels: [String] = []
    for id in 0..<map.count {
      guard let label = map["\(id)"] as? String else {
        throw .configurationValue(path: path, key: "id2label", got: show("id2label"), expected: expected)
      }
      labels.append(label)
    }
    return labels.isEmpty ? nil : labels
  }

  /// Foundation takes true and 1 for each other.
  private func isTruthValue(_ key: String) -> Bool {
    (values[key] as? NSNumber).map { String(cString: $0.objCType) == "c" } ?? false
  }

  /// A value as messages show it, on one line of bounded length.
  func show(_ key: String) -> String {
    guard let value = values[key] else { return "missing" }
    if isTruthValue(key), let flag = value as? Bool { return "\(flag)" }
    let text = (value is String ? "\"\(value)\"" : "\(value)").split(whereSeparator: \.isWhitespace)
      .joined(separator: " ")
    return text.count > 100 ? text.prefix(100) + "..." : text
  }
}
