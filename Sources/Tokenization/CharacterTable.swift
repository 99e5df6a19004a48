/// The properties of a Unicode scalar that normaliser and pre-tokenizer need.
struct CharacterTraits: OptionSet {
  let rawValue: UInt8

  static let removed = CharacterTraits(rawValue: 1 << 0)
  static let space = CharacterTraits(rawValue: 1 << 1)
  static let ideograph = CharacterTraits(rawValue: 1 << 2)
  /// A non-spacing mark.
  static let mark = CharacterTraits(rawValue: 1 << 3)
  /// Has a canonical combining class other than 0.
  static let combining = CharacterTraits(rawValue: 1 << 4)
  static let decomposes = CharacterTraits(rawValue: 1 << 5)
  static let lowercases = CharacterTraits(rawValue: 1 << 6)
  static let punctuation = CharacterTraits(rawValue: 1 << 7)
}

/// `UnicodeTables`, unpacked once for fast look-up: one byte per scalar, and mappings for the few scalars that have
/// one.
struct CharacterTable: Sendable {
  static let shared = CharacterTable()

  /// Raw `CharacterTraits`, indexed by scalar value, U+0000 to U+10FFFF.
  private var traits = [UInt8](repeating: 0, count: 0x110000)
  private var decompositions: [UInt32: [UInt32]] = [:]
  private var lowercases: [UInt32: [UInt32]] = [:]
  private var combiningClasses: [UInt32: UInt32] = [:]

  private init() {
    for item in TableItem.items(of: UnicodeTables.removed) { set(.removed, on: item) }
    for item in TableItem.items(of: UnicodeTables.spaces) { set(.space, on: item) }
    for item in TableItem.items(of: UnicodeTables.ideographs) { set(.ideograph, on: item) }
    for item in TableItem.items(of: UnicodeTables.marks) { set(.mark, on: item) }
    for item in TableItem.items(of: UnicodeTables.punctuation) { set(.punctuation, on: item) }
    for item in TableItem.items(of: UnicodeTables.combiningClasses) {
      set(.combining, on: item)
      for scalar in item.scalars { combiningClasses[scalar] = item.values.first }
    }
    for item in TableItem.items(of: UnicodeTables.decompositions) {
      set(.decomposes, on: item)
      for scalar in item.scalars { decompositions[scalar] = item.values }
    }
    for item in TableItem.items(of: UnicodeTables.lowercases) {
      set(.lowercases, on: item)
      for scalar in item.scalars { lowercases[scalar] = item.values.map { $0 + scalar - item.first } }
    }
    set(.decomposes, on: TableItem(first: Hangul.syllables.lowerBound, last: Hangul.syllables.upperBound))
  }

  private mutating func set(_ trait: CharacterTraits, on item: TableItem) {
    for scalar in item.scalars { traits[Int(scalar)] |= trait.rawValue }
  }

  /// The traits of a scalar value, 0 to 0x10FFFF.
  @inline(__always)
  subscript(scalar: UInt32) -> CharacterTraits { CharacterTraits(rawValue: traits[Int(scalar)]) }

  /// The full canonical decomposition.
  func decomposition(of scalar: UInt32) -> [UInt32] {
    Hangul.syllables.contains(scalar) ? Hangul.decomposition(of: scalar) : decompositions[scalar] ?? [scalar]
  }

  /// The lower-case mapping, independent of neighbours.
  func lowercase(of scalar: UInt32) -> [UInt32] { lowercases[scalar] ?? [scalar] }

  /// The canonical combining class, 0 to 240.
  func combiningClass(of scalar: UInt32) -> UInt32 { combiningClasses[scalar] ?? 0 }
}

/// Arithmetic decomposition of Hangul syllables (Unicode Standard, section 3.12).
private enum Hangul {
  static let syllables: ClosedRange<UInt32> = 0xAC00...0xD7A3

  static func decomposition(of syllable: UInt32) -> [UInt32] {
    let (vowels, trailers): (UInt32, UInt32) = (21, 28)
    let index = syllable - syllables.lowerBound
    let jamo = [0x1100 + index / (vowels * trailers), 0x1161 + index / trailers % vowels]
    return index % trailers == 0 ? jamo : jamo + [0x11A7 + index % trailers]
  }
}

/// One item of a table in `UnicodeTables`: every `step`-th scalar from first to last, and the values that they share.
struct TableItem {
  var first: UInt32
  var last: UInt32
  var step: UInt32 = 1
  var values: [UInt32] = []

  var scalars: StrideThrough<UInt32> { stride(from: first, through: last, by: Int(step)) }

  static func items(of table: StaticString) -> [TableItem] {
    var items: [TableItem] = []
    table.withUTF8Buffer { text in
      for word in text.split(whereSeparator: { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\n") }) {
        items.append(TableItem(word))
      }
    }
    return items
  }

  /// Reads `FIRST[-LAST][/STEP][:VALUE[.VALUE]...]`; the sign before a number says which part it is.
  private init(_ word: Slice<UnsafeBufferPointer<UInt8>>) {
    self.init(first: 0, last: 0)
    var sign: UInt8 = 0
    var number: UInt32 = 0
    func take(into item: inout TableItem) {
      switch sign {
      case 0: (item.first, item.last) = (number, number)
      case UInt8(ascii: "-"): item.last = number
      case UInt8(ascii: "/"): item.step = number
      default: item.values.append(number)
      }
    }
    for byte in word {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): number = number << 4 | UInt32(byte - UInt8(ascii: "0"))
      case UInt8(ascii: "A")...UInt8(ascii: "F"): number = number << 4 | UInt32(byte - UInt8(ascii: "A") + 10)
      default:
        take(into: &self)
        (sign, number) = (byte, 0)
      }
    }
    take(into: &self)
  }

  init(first: UInt32, last: UInt32) {
    self.first = first
    self.last = last
  }
}
