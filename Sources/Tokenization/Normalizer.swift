/// BERT's normaliser: cleans the text, separates ideographs, strips accents and lowercases, in this order.
///
/// The four steps run in one pass over the UTF-8 bytes. Only canonical ordering looks beyond one scalar; it is done
/// where marks remain.
package struct Normalizer: Sendable {
  private let lowercases: Bool
  private let stripsAccents: Bool
  private let separatesIdeographs: Bool

  private let table = CharacterTable.shared
  /// The normalised form of each ASCII character; 0 if it is removed.
  private let ascii: [UInt8]
  /// A scalar with none of these traits is unchanged.
  private let changing: CharacterTraits

  private static let space: UInt32 = 0x20

  package init(_ options: Options) {
    lowercases = options.lowercases
    stripsAccents = options.stripsAccents ?? options.lowercases
    separatesIdeographs = options.separatesIdeographs
    var changing: CharacterTraits = [.removed, .space]
    if separatesIdeographs { changing.insert(.ideograph) }
    if stripsAccents { changing.formUnion([.mark, .combining, .decomposes]) }
    if lowercases { changing.insert(.lowercases) }
    self.changing = changing
    ascii = (UInt32(0)..<0x80).map { [table, lowercases] byte in
      let traits = table[byte]
      if traits.contains(.removed) { return 0 }
      if traits.contains(.space) { return UInt8(Self.space) }
      return lowercases ? UInt8(table.lowercase(of: byte)[0]) : UInt8(byte)
    }
  }

  /// Writes the normalised form of part of a text.
  /// - Parameter output: overwritten; its capacity is reused from call to call.
  func normalize(_ text: UTF8Bytes, into output: inout [UInt8]) {
    output.removeAll(keepingCapacity: true)
    var marks: [UInt32] = []
    var index = 0
    while index < text.count {
      if text[index] < 0x80 {
        let byte = ascii[Int(text[index])]
        index += 1
        if byte != 0 {
          if !marks.isEmpty { flush(&marks, into: &output) }
          output.append(byte)
        }
        continue
      }
      let (value, length) = scalar(in: text, at: index)
      let traits = table[value]
      if traits.isDisjoint(with: changing) {
        if !marks.isEmpty { flush(&marks, into: &output) }
        output.append(contentsOf: UTF8Bytes(rebasing: text[index..<index + length]))
      } else if traits.contains(.space) {
        decompose(Self.space, marks: &marks, into: &output)
      } else if separatesIdeographs, traits.contains(.ideograph) {
        for value in [Self.space, value, Self.space] { decompose(value, marks: &marks, into: &output) }
      } else if !traits.contains(.removed) {
        decompose(value, marks: &marks, into: &output)
      }
      index += length
    }
    flush(&marks, into: &output)
  }

  private func decompose(_ value: UInt32, marks: inout [UInt32], into output: inout [UInt8]) {
    guard stripsAccents else { return emit(value, into: &output) }
    guard table[value].contains(.decomposes) else { return strip(value, marks: &marks, into: &output) }
    for part in table.decomposition(of: value) { strip(part, marks: &marks, into: &output) }
  }

  /// Drops marks and keeps the rest in canonical order: combining characters between two others are sorted by class,
  /// stably.
  private func strip(_ value: UInt32, marks: inout [UInt32], into output: inout [UInt8]) {
    let traits = table[value]
    guard traits.contains(.combining) else {
      flush(&marks, into: &output)
      if !traits.contains(.mark) { emit(value, into: &output) }
      return
    }
    // Combining characters that stay: spacing marks, and marks newer than the table of accents.
    guard !traits.contains(.mark) else { return }
    let order = table.combiningClass(of: value)
    let place = marks.firstIndex { table.combiningClass(of: $0) > order } ?? marks.count
    marks.insert(value, at: place)
  }

  private func flush(_ marks: inout [UInt32], into output: inout [UInt8]) {
    for mark in marks { emit(mark, into: &output) }
    marks.removeAll(keepingCapacity: true)
  }

  private func emit(_ value: UInt32, into output: inout [UInt8]) {
    guard lowercases, table[value].contains(.lowercases) else { return output.append(scalar: value) }
    for lowered in table.lowercase(of: value) { output.append(scalar: lowered) }
  }
}

extension Normalizer {
  /// The normalised form of a string, as UTF-8.
  package func normalize(_ text: String) -> [UInt8] {
    var text = text
    var output: [UInt8] = []
    text.withUTF8 { normalize($0, into: &output) }
    return output
  }
}
