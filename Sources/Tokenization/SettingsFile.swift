import Foundation

/// A JSON file of a model directory. A file that does not exist has no values.
struct SettingsFile {
  let path: String
  private let root: JSON?

  init(_ name: String, in directory: URL) throws {
    let file = directory.appendingPathComponent(name)
    path = file.path
    root = FileManager.default.fileExists(atPath: path) ? try JSON(parsing: readBytes(of: file), file: path) : nil
  }

  var exists: Bool { root != nil }

  /// The value at the end of a path of keys, `model.type` for one; nil where there is none.
  subscript(keys: String) -> JSON? {
    keys.split(separator: ".").reduce(root) { json, key in json?[String(key)] }
  }

  /// The members of the object at the end of a path of keys, or of the whole file.
  func members(_ keys: String?) -> [JSON.Member] {
    guard case .object(let members) = keys.map({ self[$0] }) ?? root else { return [] }
    return members
  }

  /// A boolean; nil where there is none or null.
  func bool(_ keys: String) throws -> Bool? {
    switch self[keys] {
    case nil, .null: return nil
    case .bool(let value): return value
    default: throw unsupported(keys, expected: "true, false or null")
    }
  }

  /// A string; nil where there is none or null.
  func string(_ keys: String) throws -> String? {
    switch self[keys] {
    case nil, .null: return nil
    case .string(let value): return value
    default: throw unsupported(keys, expected: "a string")
    }
  }

  /// A token of a list of added tokens. Unless it says so itself, a special one is looked for in the raw text, another
  /// in the normalised text.
  func addedToken(_ json: JSON, key: String) throws -> AddedToken {
    try token(json, key: key, normalizedByDefault: json["special"] != .bool(true))
  }

  /// A special token: a spelling, or an object with one.
  func specialToken(_ json: JSON, key: String) throws -> AddedToken {
    try token(json, key: key, normalizedByDefault: false)
  }

  /// `lstrip` and `rstrip` are not looked at: they take white space along, which yields no ids anyway.
  private func token(_ json: JSON, key: String, normalizedByDefault: Bool) throws -> AddedToken {
    if case .string(let content) = json { return AddedToken(content: content) }
    guard case .string(let content) = json["content"] else {
      throw unsupported(key, found: json, expected: "a token: a string, or an object with its content")
    }
    guard json["single_word"] != .bool(true) else {
      throw unsupported("single_word of \(content.debugDescription)", found: .bool(true), expected: "false")
    }
    guard case .bool(let normalized) = json["normalized"] else {
      return AddedToken(content: content, normalized: normalizedByDefault)
    }
    return AddedToken(content: content, normalized: normalized)
  }

  func unsupported(_ keys: String, expected: String) -> TokenizationError {
    unsupported(keys, found: self[keys], expected: expected)
  }

  func unsupported(_ key: String, found: JSON?, expected: String) -> TokenizationError {
    .unsupported(file: path, key: key, found: found?.shown ?? "missing", expected: expected)
  }
}

/// The whole content of a file.
/// - Throws: `TokenizationError.unreadable`.
func readBytes(of file: URL) throws -> [UInt8] {
  do {
    return [UInt8](try Data(contentsOf: file))
  } catch {
    throw TokenizationError.unreadable(file: file.path, reason: error.localizedDescription)
  }
}
