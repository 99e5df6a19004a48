internal import Foundation

extension SweepFile {
  /// What differs between the sweep of a run directory (`other`) and this one, one line per key, in the order of the
  /// keys' names: `recipe.epochs: 3 in the run directory, 5 in the sweep file`. Empty when both mean the same, however
  /// they are written.
  ///
  /// `on_failure` and a recipe's `recompute` are not compared: they change no result. Nor is a name that one of the two takes
  /// from its file, which may be moved.
  ///
  /// - Throws: `EncodingError`, which a sweep that was read from a file never causes.
  public func differences(from other: SweepFile) throws -> [String] {
    let (there, here) = (try other.values(), try values())
    let keys = Set(there.keys).union(here.keys).filter { !$0.hasSuffix(".\(Recipe.CodingKeys.recompute.rawValue)") }
    return keys.sorted().compactMap { key in
      if key == CodingKeys.name.rawValue, !(hasOwnName && other.hasOwnName) { return nil }
      let (old, new) = (there[key] ?? "not set", here[key] ?? "not set")
      return old == new ? nil : "\(key): \(old) in the run directory, \(new) in the sweep file"
    }
  }

  /// Each value by the path of its key.
  private func values() throws -> [String: String] {
    var values: [String: String] = [:]
    for part in [try JSONEncoder().encode(self), try JSONEncoder().encode(requests)] {
      let json = try JSONDecoder().decode(JSON.self, from: part)
      json.flatten(CodingKeys.onFailure.rawValue, key: "", into: &values)
    }
    return values
  }
}

/// A JSON value.
private enum JSON: Decodable {
  case object([String: JSON])
  case array([JSON])
  case scalar(String)

  init(from decoder: any Decoder) throws {
    if let object = try? [String: JSON](from: decoder) {
      self = .object(object)
    } else if let array = try? [JSON](from: decoder) {
      self = .array(array)
    } else {
      let container = try decoder.singleValueContainer()
      if container.decodeNil() {
        self = .scalar("none")
      } else if let text = try? container.decode(String.self) {
        self = .scalar(text)
      } else if let flag = try? container.decode(Bool.self) {
        self = .scalar(String(flag))
      } else if let integer = try? container.decode(Int.self) {
        self = .scalar(String(integer))
      } else {
        self = .scalar(String(try container.decode(Double.self)))
      }
    }
  }

  /// Lists of scalars are one value; mappings and lists of mappings have one value per key, but for the key `left`.
  func flatten(_ left: String, key: String, into values: inout [String: String]) {
    switch self {
    case .scalar(let text): values[key] = text
    case .array(let elements):
      let texts = elements.compactMap(\.text)
      if texts.count == elements.count {
        values[key] = "[\(texts.joined(separator: ", "))]"
      } else {
        for (i, element) in elements.enumerated() { element.flatten(left, key: "\(key)[\(i)]", into: &values) }
      }
    case .object(let object):
      for (name, value) in object where !(key.isEmpty && name == left) {
        value.flatten(left, key: key.isEmpty ? name : "\(key).\(name)", into: &values)
      }
    }
  }

  private var text: String? {
    if case .scalar(let text) = self { text } else { nil }
  }
}
