internal import Yams

/// A value of a sweep file that knows where it stands: each accessor gives it the asked type or throws an error with
/// file, line, key, what was got and what was expected.
struct YAMLValue {
  let place: SweepError.KeyPlace
  private let node: Node

  /// The one document of a file.
  init(document: YAMLText, file: String) throws {
    let top = SweepError.KeyPlace(file: file, line: 1, key: "", section: nil)
    do {
      guard let node = try Yams.compose(yaml: document.text, .basic) else {
        throw SweepError.notYAML(top, problem: "it is empty")
      }
      guard Self.isBounded(node) else {
        // Nodes within nodes without end: giving them back would take as long, or as deep a stack, as reading them.
        _ = Unmanaged.passRetained(Kept(node))
        throw SweepError.notYAML(top, problem: "its aliases come to more than \(YAMLText.mostValues) values")
      }
      self.init(node, SweepError.KeyPlace(file: file, line: node.mark?.line ?? 1, key: "", section: .sweep))
    } catch let error as YamlError {
      throw SweepError(error, in: file)
    }
  }

  /// Keeps a node for ever.
  private final class Kept {
    let node: Node

    init(_ node: Node) { self.node = node }
  }

  /// Whether a document has few values, what aliases stand for counted each time, and no great depth.
  private static func isBounded(_ root: Node) -> Bool {
    var (open, count) = ([(node: root, depth: 0)], 0)
    while let (node, depth) = open.popLast() {
      count += 1
      let inner: [Node]
      switch node {
      case .scalar, .alias: inner = []
      case .sequence(let sequence): inner = Array(sequence)
      case .mapping(let mapping): inner = mapping.flatMap { [$0.key, $0.value] }
      }
      guard count + open.count + inner.count <= YAMLText.mostValues, depth <= 2 * YAMLText.deepest else { return false }
      open += inner.map { ($0, depth + 1) }
    }
    return true
  }

  /// A value within a document; its line is that of its key, or of itself in a list.
  private init(_ node: Node, _ place: SweepError.KeyPlace) {
    self.node = node
    self.place = place
  }

  /// The value as part of a section, where messages point to; nil: of the section that it is part of anyway.
  func within(_ section: SweepSection?) -> YAMLValue {
    guard let section else { return self }
    return YAMLValue(node, .init(file: place.file, line: place.line, key: place.key, section: section))
  }

  /// Whether it is a mapping.
  var isMapping: Bool {
    if case .mapping = node { true } else { false }
  }

  /// Whether it is that text.
  func isText(_ text: String) -> Bool { node.scalar?.string == text }

  /// The entries of a mapping, in the order of the file.
  func entries() throws -> [(key: String, value: YAMLValue)] {
    guard case .mapping(let mapping) = node else { throw wrong("a mapping (key: value)") }
    return try mapping.map { keyNode, node in
      let line = keyNode.mark?.line ?? place.line
      guard let name = keyNode.scalar?.string else { throw wrong("keys that are names") }
      guard SweepError.KeyPlace.isShowable(name) else {
        throw SweepError.wrongValue(
          place, got: "a key of \(name.count) letters, or with control characters", expected: "keys that are names")
      }
      return (name, YAMLValue(node, place.of(name, line: line)))
    }
  }

  /// The elements of a list, which may be empty where that means what the key's absence means.
  ///
  /// - Parameter most: how many there may be; lists of seeds and labels may be longer than lists of what is looked at.
  func list(of expected: String, mayBeEmpty: Bool = false, atMost most: Int = 1000) throws -> [YAMLValue] {
    guard case .sequence(let sequence) = node else { throw wrong("a list of \(expected)") }
    guard mayBeEmpty || !sequence.isEmpty else { throw wrong("a list of at least one of \(expected)") }
    guard sequence.count <= most else { throw wrong("a list of at most \(most) of \(expected)") }
    return sequence.enumerated().map { index, node in
      let line = node.mark?.line ?? place.line
      return YAMLValue(
        node, .init(file: place.file, line: line, key: "\(place.key)[\(index)]", section: place.section))
    }
  }

  /// The elements of a list by `read`, of which no two have the same `key`.
  func list<Element>(
    of expected: String, mayBeEmpty: Bool = false, atMost most: Int = 1000, distinctBy key: (Element) -> some Hashable,
    _ read: (YAMLValue) throws -> Element
  ) throws -> [Element] {
    var seen: Set<AnyHashable> = []
    return try list(of: expected, mayBeEmpty: mayBeEmpty, atMost: most).map { value in
      let element = try read(value)
      guard seen.insert(key(element)).inserted else {
        throw value.wrong("a list in which none of the \(expected) is repeated")
      }
      return element
    }
  }

  /// A whole number within a range, written in decimal without leading zeros, which make an octal number of it for some
  /// readers of YAML.
  func integer(_ range: ClosedRange<Int>) throws -> Int {
    guard let text = plainText, let value = Int(text), range.contains(value), text == "\(value)" || text == "+\(value)"
    else {
      let bound = range.upperBound == .max ? "of at least \(range.lowerBound)" : Self.describe(range)
      throw wrong("a whole number \(bound)")
    }
    return value
  }

  /// A finite number within a range, written in decimal; `excludingLowest` leaves out the range's lower end.
  func number(_ range: ClosedRange<Double>, excludingLowest: Bool = false) throws -> Double {
    guard let value = plainText.flatMap(Self.decimal), range.contains(value),
      !(excludingLowest && value == range.lowerBound)
    else {
      let bounds = "\(Self.short(range.lowerBound)) and at most \(Self.short(range.upperBound))"
      throw wrong(excludingLowest ? "a number above \(bounds)" : "a number of at least \(bounds)")
    }
    return value
  }

  /// A number written in decimal, perhaps with an exponent; nil for any other text, hexadecimal ones and names of numbers too.
  static func decimal(_ text: some StringProtocol) -> Double? {
    text.utf8.allSatisfy { "0123456789+-.eE".utf8.contains($0) } ? Double(text) : nil
  }

  /// `true` or `false`.
  func boolean() throws -> Bool {
    guard let text = plainText, let value = Bool(text) else { throw wrong("true or false") }
    return value
  }

  /// A text that is not empty. Numbers and words such as `yes` are texts too, as they are written.
  func text(_ expected: String = "a text") throws -> String {
    guard !Self.isNull(node), let text = node.scalar?.string, !text.isEmpty else { throw wrong(expected) }
    return text
  }

  /// The path of a file or folder: a text without control characters, which no message could show.
  func path() throws -> String {
    let path = try text("a path")
    guard path.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else { throw wrong("a path without control characters") }
    guard path.utf8.count < RunDirectory.longestPath else {
      throw wrong("a path of less than \(RunDirectory.longestPath) bytes")
    }
    return path
  }

  /// A text that makes part of a file name: 1 to 64 letters, digits, `.`, `_`, `-`, a letter or digit first.
  func fileName() throws -> String {
    let text = try text(FileName.expected)
    guard FileName.isValid(text) else { throw wrong(FileName.expected) }
    return text
  }

  /// One of some values that have names.
  func one<Value>(of values: [Value], called expected: String, by name: (Value) -> String) throws -> Value {
    let found = try self.name(among: values.map(name), called: expected)
    guard let value = values.first(where: { name($0) == found }) else { throw wrong(expected) }
    return value
  }

  /// One of some names.
  func name(among names: [String], called expected: String) throws -> String {
    let text = try text(expected)
    guard names.contains(text) else {
      throw wrong(
        "\(expected): " + (names.isEmpty ? "there is none" : names.joined(separator: ", ")),
        suggestion: nearest(to: text, among: names))
    }
    return text
  }

  /// One of the cases of an enumeration.
  func choice<Choice: RawRepresentable & CaseIterable>(_ type: Choice.Type = Choice.self) throws -> Choice
  where Choice.RawValue == String {
    let names = Choice.allCases.map(\.rawValue)
    guard let text = plainText, let choice = Choice(rawValue: text) else {
      throw wrong(
        "one of \(names.joined(separator: ", "))", suggestion: plainText.flatMap { nearest(to: $0, among: names) })
    }
    return choice
  }

  /// As ``choice(_:)`` where the design has more cases than this version.
  func implementedChoice<Choice: RawRepresentable & CaseIterable>(_ type: Choice.Type = Choice.self) throws -> Choice
  where Choice.RawValue == String {
    let text = try text("one of \(Choice.allCases.map(\.rawValue).joined(separator: ", "))")
    guard let choice = Choice(rawValue: text) else {
      throw SweepError.notImplemented(place, got: got, available: Choice.allCases.map(\.rawValue))
    }
    return choice
  }

  /// The error that this value is not what was expected.
  func wrong(_ expected: String, suggestion: String? = nil) -> SweepError {
    .wrongValue(place, got: got, expected: expected, suggestion: suggestion)
  }

  /// The error that this value's parts do not fit together.
  func unfit(_ got: String, _ expected: String) -> SweepError { .wrongValue(place, got: got, expected: expected) }

  /// The value as a message shows it.
  private var got: String {
    switch node {
    case _ where Self.isNull(node): "nothing"
    case .scalar(let scalar):
      scalar.string.count > 60 ? "a text of \(scalar.string.count) letters" : Self.quoted(scalar)
    case .sequence(let sequence): sequence.isEmpty ? "an empty list" : "a list of \(sequence.count)"
    case .mapping, .alias: "a mapping"
    }
  }

  /// A scalar written without quotes; quoted numbers are texts.
  private var plainText: String? {
    guard case .scalar(let scalar) = node, scalar.style == .plain, !Self.isNull(node) else { return nil }
    return scalar.string
  }

  private static func isNull(_ node: Node) -> Bool {
    guard case .scalar(let scalar) = node, scalar.style == .plain else { return false }
    return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
  }

  private static func quoted(_ scalar: Node.Scalar) -> String {
    scalar.style == .plain ? "'\(scalar.string)'" : "the text \(scalar.string.debugDescription)"
  }

  private static func describe(_ range: ClosedRange<Int>) -> String {
    "from \(range.lowerBound) to \(range.upperBound)"
  }

  private static func short(_ number: Double) -> String {
    Int(exactly: number).map(String.init) ?? String(number)
  }
}

extension SweepError {
  /// What the YAML library found, in this module's words.
  fileprivate init(_ error: YamlError, in file: String) {
    func place(_ line: Int, _ key: String = "") -> KeyPlace {
      KeyPlace(file: file, line: max(line, 1), key: key, section: nil)
    }
    func sentence(_ problem: String, _ context: YamlError.Context?) -> String {
      context.map { "\($0.text), \(problem)" } ?? problem
    }
    switch error {
    case .scanner(_, let problem, let mark, _) where problem.contains("invalid Unicode character escape"):
      self = .notYAML(
        place(mark.line), problem: "an escape is half a surrogate pair or beyond Unicode; write the character itself")
    case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      self = .notYAML(place(mark.line), problem: sentence(problem, context))
    case .reader(let problem, let offset, _, let yaml):
      let line = yaml.prefix(offset ?? 0).count { $0.isNewline } + 1
      self = .notYAML(place(line), problem: problem)
    case .duplicatedKeysInMapping(let duplicates, let context):
      self = .duplicateKey(place(context.mark.line, duplicates.first ?? ""))
    default:
      self = .notYAML(place(1), problem: "\(error)")
    }
  }
}
