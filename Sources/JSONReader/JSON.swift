internal import Diagnostics

/// A JSON value (RFC 8259) of a file that someone else wrote.
///
/// Foundation's parsers key objects by `String`, and so merge keys that are canonically equivalent, such as U+212B and
/// U+00C5; they lose the order of keys and drop repeated ones. Here an object is the list of its members, in file order.
/// The program's own records are `Codable`, and Foundation reads them.
public enum JSON: Equatable, Sendable {
  /// `null`.
  case null
  /// `true` or `false`.
  case bool(Bool)
  /// A number.
  case number(Number)
  /// A text.
  case string(String)
  /// A list.
  case array([JSON])
  /// All members of an object, in the order of the file; a key may be there several times.
  case object([Member])

  /// A key of an object with its value.
  public struct Member: Equatable, Sendable {
    /// The key.
    public let key: String
    /// The value.
    public let value: JSON

    /// A member.
    public init(key: String, value: JSON) { (self.key, self.value) = (key, value) }
  }

  /// A number as it is written. Two are equal if their values are.
  public struct Number: Equatable, Sendable {
    /// What the file has, such as `1e-12`.
    public let text: String
    /// The nearest Float64; infinite where the number is beyond all of them.
    public let value: Double

    init(text: String, value: Double) { (self.text, self.value) = (text, value) }

    /// A whole number.
    public init(_ integer: Int) { self.init(text: "\(integer)", value: Double(integer)) }

    /// Equality of values.
    public static func == (left: Number, right: Number) -> Bool { left.value == right.value }
  }

  /// Parses a whole text in UTF-8, without a byte order mark.
  ///
  /// - Throws: ``JSONError``.
  public init(parsing text: UnsafeRawBufferPointer) throws {
    var scanner = JSONScanner(text)
    self = try scanner.value()
    try scanner.expectEnd()
  }

  /// Parses a whole text in UTF-8, without a byte order mark.
  ///
  /// - Throws: ``JSONError``.
  public init(parsing text: [UInt8]) throws {
    self = try text.withUnsafeBytes { try JSON(parsing: $0) }
  }

  /// The member of that name; the last one, as in Python. Nil for other kinds of value.
  public subscript(key: String) -> JSON? {
    guard case .object(let members) = self else { return nil }
    return members.last { $0.key == key }?.value
  }

  /// The members of an object; of equal keys the last, in the place of the first. None for other kinds of value.
  public var members: [Member] {
    guard case .object(let members) = self else { return [] }
    var places: [[UInt8]: Int] = [:]
    var unique: [Member] = []
    for member in members {
      if let place = places[Array(member.key.utf8)] {
        unique[place] = member
      } else {
        places[Array(member.key.utf8)] = unique.count
        unique.append(member)
      }
    }
    return unique
  }

  /// Whether the value says nothing: null, or a list, an object or a text that is empty.
  public var isEmpty: Bool {
    switch self {
    case .null: true
    case .array(let values): values.isEmpty
    case .object(let members): members.isEmpty
    case .string(let value): value.isEmpty
    default: false
    }
  }

  /// The value as messages show it, on one line: scalars as they are, others by kind.
  public var shown: String {
    switch self {
    case .null: "null"
    case .bool(let value): "\(value)"
    case .number(let number): number.text.shortened
    case .string(let value): value.shortened.debugDescription
    case .array(let values): "a list of \(values.count)"
    case .object(let members): "an object of \(members.count)"
    }
  }
}
