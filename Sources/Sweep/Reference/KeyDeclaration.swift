/// What a key of a sweep file takes and means: the parser reads by it, and the reference prints it.
public struct KeyDeclaration: Sendable, Hashable {
  /// What a value is.
  public let form: Form
  /// What a number counts; nil: nothing, or the form says it.
  public let unit: String?
  /// What stands for an absent key.
  public let fallback: Fallback
  /// What bounds a value beside its form, in words.
  public let bound: String?
  /// What the key says, in words.
  public let meaning: String

  /// The forms of values.
  public enum Form: Sendable, Hashable {
    /// A text that is not empty.
    case text
    /// A path of a file or folder.
    case path
    /// A text that may stand in a file name.
    case name
    /// A whole number; an upper bound of `Int.max` is none.
    case integer(ClosedRange<Int>)
    /// A number; `excludingLowest` leaves out the range's lower end.
    case number(ClosedRange<Double>, excludingLowest: Bool = false)
    /// `true` or `false`.
    case boolean
    /// One of some words.
    case choice([String])
    /// A list of some words, none twice.
    case choices([String])
    /// A list of what the words say, none twice.
    case list(of: String)
    /// A mapping with the keys of a section.
    case mapping(SweepSection)
    /// A list of such mappings.
    case mappings(SweepSection)
    /// One of some words, or such a mapping.
    case wordOrMapping([String], SweepSection)
    /// What the words say.
    case described(String)
  }

  /// What stands for an absent key.
  public enum Fallback: Sendable, Hashable {
    /// Nothing: the key must be there. The words say what a message expects.
    case required(String)
    /// A value, in YAML.
    case value(String)
    /// What the words say: it depends on other keys, or is nothing at all.
    case described(String)

    /// A value that Swift writes as YAML reads it.
    static func of(_ value: some LosslessStringConvertible) -> Fallback { .value(value.description) }
    /// A case of an enumeration.
    static func of(_ value: some RawRepresentable<String>) -> Fallback { .value(value.rawValue) }
    /// All that the keys within have as their defaults.
    static let allDefaults = Fallback.value("{}")
    /// Nothing, and none is needed.
    static let none = Fallback.described("none")
  }

  init(_ form: Form, unit: String? = nil, default fallback: Fallback, bound: String? = nil, _ meaning: String) {
    (self.form, self.unit, self.fallback, self.bound, self.meaning) = (form, unit, fallback, bound, meaning)
  }
}

extension KeyDeclaration.Form {
  /// One of the cases of an enumeration.
  static func choice<Choice: RawRepresentable<String> & CaseIterable>(_ type: Choice.Type) -> Self {
    .choice(Choice.allCases.map(\.rawValue))
  }

  /// A list of such cases.
  static func choices<Choice: RawRepresentable<String> & CaseIterable>(_ type: Choice.Type) -> Self {
    .choices(Choice.allCases.map(\.rawValue))
  }

  /// Keys something random.
  static let seed = Self.integer(SweepFile.seedRange)
  /// Examples of a pass.
  static let batch = Self.integer(1...65_536)
  /// Tokens that an example is cut to.
  static let length = Self.integer(4...16_384)
  /// As many as there are, and no fewer than one.
  static let count = Self.integer(1...(.max))

  /// The section of the mapping, or of each mapping of the list; nil for a form without.
  public var section: SweepSection? {
    switch self {
    case .mapping(let section), .mappings(let section), .wordOrMapping(_, let section): section
    default: nil
    }
  }
}

/// The keys of a mapping in a sweep file. Whatever a parser accepts is a case, and each case is declared.
protocol SectionKey: CodingKey, CaseIterable, Hashable, RawRepresentable<String> {
  /// The part of the reference that lists them.
  static var section: SweepSection { get }
  /// What the key takes and means.
  var declaration: KeyDeclaration { get }
}
