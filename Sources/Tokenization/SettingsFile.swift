internal import Diagnostics
internal import JSONReader

/// A JSON file of a model directory. A file that does not exist has no values.
struct SettingsFile {
  let path: String
  private let root: JSON?

  /// - Throws: `TokenizationError` if the file cannot be read, is not JSON, or is not an object.
  init(_ name: String, in directory: inout ModelDirectory) throws {
    path = directory.path(of: name)
    guard let bytes = try directory.bytes(of: name) else {
      root = nil
      return
    }
    try refuseByteOrderMark(bytes, file: path)
    do {
      let json = try JSON(parsing: bytes)
      guard case .object = json else {
        throw JSONError.unexpected(offset: 0, expected: "an object", got: bytes.first)
      }
      root = json
    } catch let error as JSONError {
      throw TokenizationError.notJSON(file: path, error)
    }
  }

  var exists: Bool { root != nil }

  /// The value at a path of keys, such as `model.type`; nil if there is none.
  subscript(keys: String) -> JSON? {
    keys.split(separator: ".").reduce(root) { json, key in json?[String(key)] }
  }

  /// The members of the whole file; of duplicate keys the last.
  var members: [JSON.Member] { root?.members ?? [] }

  /// A boolean; nil if missing or null.
  func bool(_ keys: String) throws -> Bool? { try bool(self[keys], key: keys) }

  /// A string; nil if missing or null.
  func string(_ keys: String) throws -> String? {
    switch self[keys] {
    case nil, .null: return nil
    case .string(let value): return value
    case let value: throw invalid(keys, found: value, expected: "a string")
    }
  }

  /// An integer in the range; nil if missing or null.
  func integer(_ keys: String, in range: ClosedRange<Int>) throws -> Int? {
    switch self[keys] {
    case nil, .null: return nil
    case let value?: return try integer(value, in: range, key: keys)
    }
  }

  func integer(_ json: JSON, in range: ClosedRange<Int>, key: @autoclosure () -> String) throws -> Int {
    guard case .number(let number) = json, let value = Int(exactly: number.value), range.contains(value) else {
      throw invalid(key(), found: json, expected: "a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  /// An id of a token.
  func id(_ json: JSON, key: @autoclosure () -> String) throws -> Int32 {
    Int32(try integer(json, in: 0...Int(Int32.max), key: key()))
  }

  /// A boolean; nil if missing or null.
  func bool(_ json: JSON?, key: String) throws -> Bool? {
    switch json {
    case nil, .null: return nil
    case .bool(let value): return value
    default: throw invalid(key, found: json, expected: "true, false or null")
    }
  }

  func invalid(_ key: String, found: JSON?, expected: String) -> TokenizationError {
    .invalidValue(file: path, key: shownKey(key), found: found?.shown ?? "missing", expected: expected)
  }

  func unsupported(_ keys: String, expected: String) -> TokenizationError {
    unsupported(keys, found: self[keys], expected: expected)
  }

  func unsupported(_ key: String, found: JSON?, expected: String) -> TokenizationError {
    .unsupported(file: path, key: shownKey(key), found: found?.shown ?? "missing", expected: expected)
  }
}

/// A key for messages: plain keys as they are, others in quotes, so that the message stays on one line.
private func shownKey(_ key: String) -> String {
  let key = key.shortened
  let isPlain = key.unicodeScalars.allSatisfy { $0.isASCII && $0.value >= 0x20 }
  return isPlain ? key : key.debugDescription
}

/// The settings of several files combined: a later file replaces values of an earlier one under the same key.
struct MergedSettings {
  struct Entry {
    let value: JSON
    /// The file with this value.
    let file: SettingsFile
  }

  private(set) var keys: [String] = []
  private var entries: [String: Entry] = [:]

  subscript(key: String) -> Entry? {
    get { entries[key] }
    set {
      if newValue == nil { keys.removeAll { $0 == key } } else if entries[key] == nil { keys.append(key) }
      entries[key] = newValue
    }
  }

  mutating func merge(_ file: SettingsFile) {
    for member in file.members { self[member.key] = Entry(value: member.value, file: file) }
  }

  /// A boolean. If the key is present it must not be null, as in `transformers`.
  func flag(_ key: String, default standard: Bool) throws -> Bool {
    guard let entry = self[key] else { return standard }
    guard let value = try entry.file.bool(entry.value, key: key) else {
      throw entry.file.invalid(key, found: .null, expected: "true or false")
    }
    return value
  }
}
