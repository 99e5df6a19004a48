public import Foundation

/// One kind of work: what a unit of it does, as plain data, and what follows from that alone.
public protocol WorkOfKind: Sendable, Hashable, Codable {
  /// The numbers of an outcome, by name.
  associatedtype Figure: FigureName

  /// The kind's name.
  static var kind: Work.Kind { get }
  /// The part of a sweep that progress counts it with.
  static var phase: Phase { get }
  /// Where its units may be worked on.
  static var place: WorkUnit.Place { get }

  /// What a person calls it, such as `SST-2-s0` or `MRPC-s0 x SST-2-s0 (0.8, -1.6)`.
  var name: String { get }
  /// The units whose outcomes or files it reads, each once.
  var needs: [Identity] { get }
  /// The models whose files it reads.
  var models: [ModelState] { get }
  /// The units among ``needs`` whose own files it reads, with these files.
  func files(in run: RunDirectory) -> [(need: Identity, file: URL)]
  /// How many threads share it; 1 for work without forward passes.
  var threads: Int { get }
}

extension WorkOfKind {
  /// Any rank.
  public static var place: WorkUnit.Place { .anywhere }
  /// None: what it reads are models.
  public func files(in run: RunDirectory) -> [(need: Identity, file: URL)] { [] }
}

/// The name of a number of an outcome: one enumeration for each kind, so that a name is spelt in one place.
public protocol FigureName: Hashable, Sendable {
  /// As the ledger has it.
  var text: String { get }
}

extension FigureName where Self: RawRepresentable<String> {
  /// The raw value.
  public var text: String { rawValue }
}

/// The numbers of an outcome, by the names of its kind. What is absent does not exist; numbers that are not finite are results.
public struct Figures<Name: FigureName>: Sendable, Equatable {
  /// As ledger and messages have them.
  public private(set) var record: Measurements

  /// No numbers yet, or recorded ones.
  public init(_ record: Measurements = Measurements()) { self.record = record }

  /// The number of a name; nil where there is none.
  public subscript(name: Name) -> Double? {
    get { record[name.text] }
    set { record[name.text] = newValue }
  }
}

/// Numbers by name, whatever the kind: names ascending, so that many records may share one list of them.
public struct Measurements: Sendable, Equatable, ExpressibleByDictionaryLiteral {
  /// The names, ascending, each once.
  public private(set) var names: [String] = []
  /// The numbers, one a name.
  public private(set) var numbers: [Double] = []

  /// No numbers.
  public init() {}

  /// Numbers by name.
  public init(_ values: [String: Double]) {
    let sorted = values.sorted { $0.key < $1.key }
    (names, numbers) = (sorted.map(\.key), sorted.map(\.value))
  }

  /// Numbers by name, each name once.
  public init(dictionaryLiteral values: (String, Double)...) {
    self.init(Dictionary(values) { first, _ in first })
  }

  /// Recorded names and numbers; nil where these are not as many, or the names not ascending.
  public init?(names: [String], numbers: [Double]) {
    guard names.count == numbers.count, zip(names, names.dropFirst()).allSatisfy({ $0 < $1 }) else { return nil }
    (self.names, self.numbers) = (names, numbers)
  }

  /// The number of a name; nil where there is none.
  public subscript(name: String) -> Double? {
    get { names.firstIndex(of: name).map { numbers[$0] } }
    set {
      let place = names.firstIndex { $0 >= name } ?? names.count
      let isThere = place < names.count && names[place] == name
      switch (isThere, newValue) {
      case (true, let value?): numbers[place] = value
      case (true, nil):
        names.remove(at: place)
        numbers.remove(at: place)
      case (false, let value?):
        names.insert(name, at: place)
        numbers.insert(value, at: place)
      case (false, nil): break
      }
    }
  }

  /// By name.
  public var values: [String: Double] {
    Dictionary(zip(names, numbers)) { first, _ in first }
  }
}
