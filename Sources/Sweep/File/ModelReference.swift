/// A model as a sweep file names it: `theta0`, a cell such as `MRPC-s0`, or one of its snapshots, `MRPC-s0 step 20`.
public struct ModelReference: Sendable, Hashable {
  /// The cell's name; nil for theta0.
  public let cell: String?
  /// After so many steps; nil for the final model.
  public let step: Int?
}

extension ModelReference: CustomStringConvertible, Encodable {
  /// How a model is named.
  static let expected = "a model: theta0, a cell such as MRPC-s0, or its snapshot such as MRPC-s0 step 20"

  init(_ value: YAMLValue, of grid: CellGrid) throws {
    let text = try value.text(Self.expected)
    if text == "theta0" {
      (cell, step) = (nil, nil)
      return
    }
    let words = text.split(separator: " ").map(String.init)
    let step = words.count == 3 && words[1] == "step" ? Int(words[2]) : nil
    guard let name = words.first, words.count == 1 || step != nil else { throw value.wrong(Self.expected) }
    guard grid.cellNames.contains(name) else {
      throw value.wrong(Self.expected, suggestion: nearest(to: name, among: grid.cellNames.sorted()))
    }
    (cell, self.step) = (name, step)
  }

  /// As the sweep file says it.
  public var description: String { (cell ?? "theta0") + (step.map { " step \($0)" } ?? "") }

  /// As its description, in one text.
  public func encode(to encoder: any Encoder) throws { try encoder.encode(description) }
}
