import ArgumentParser
import Foundation
import LearningDynamics
import TensorFiles

struct Compare: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measures how alike two activation matrices are. No model is needed.",
    discussion: """
      A and B are .npy or .safetensors files, from any program, with one matrix [rows, columns] each: row i of both comes \
      of the same input, columns may differ in number. Of a safetensors file with several tensors one is named behind a \
      colon, as in A.safetensors:hidden_states.3; A and B may be the same file. Types are F64, F32, F16 and BF16 (.npy: \
      f8, f4, f2); all is computed in Float64.

      Every figure is a distance: 0 for features that are the same to the measure, 1 for such as share nothing. A figure \
      that does not exist is said to be none (in JSON: null), with the reason.

      \(Measure.ofFeatures.map { "  \($0.rawValue): \($0.meaning)" }.joined(separator: "\n"))

      "degenerate" marks correlations that are 1, or near it, by counting alone: the directions of A and B together reach \
      the number of rows.

      Example: seedscape compare mine.npy theirs.npy --measure svcca,cka
      """)

  @Argument(
    help: .init("A .npy file, or a .safetensors file and perhaps :TENSOR.", valueName: "A"), completion: .activations)
  var a: String

  @Argument(help: .init("The other file, with as many rows.", valueName: "B"), completion: .activations)
  var b: String

  @Option(
    name: .customLong("measure"),
    help: .init("Some of \(Measure.names), separated by commas. (default: all)", valueName: "list"),
    completion: .list(Measure.ofFeatures.map(\.rawValue)), transform: Measure.list)
  var measures: [Measure] = Measure.ofFeatures

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    let (x, y) = (try ActivationFile(a).read(), try ActivationFile(b).read())
    guard x.rows == y.rows else {
      throw InputError(
        "\(a) has \(x.rows) rows and \(b) has \(y.rows), expected the same inputs in the same order: take the activations "
          + "of both from one probe")
    }
    let findings = try findings(x, y)
    if json {
      try standardOutput(jsonLine(Report(rows: x.rows, columns: [x.columns, y.columns], findings: findings)))
    } else {
      for finding in findings { try standardOutput(finding.text) }
    }
  }

  private func findings(_ x: Activations, _ y: Activations) throws -> [Finding] {
    let isComplete = measures.contains(where: \.needsAllDirections)
    let pair = try FeaturePair(
      LayerFeatures(x.elements, columns: x.columns, isComplete: isComplete),
      LayerFeatures(y.elements, columns: y.columns, isComplete: isComplete))
    return try measures.compactMap { measure in
      try measure.measure(pair).map { Finding(measure: measure, measurement: $0) }
    }
  }
}

extension Measure {
  /// Those of features, separated by commas.
  fileprivate static var names: String { ofFeatures.map(\.rawValue).joined(separator: ",") }

  /// Measures separated by commas, each once and in the order of their cases.
  fileprivate static func list(_ text: String) throws -> [Measure] {
    let asked = try text.split(separator: ",", omittingEmptySubsequences: false).map { name in
      guard let measure = ofFeatures.first(where: { $0.rawValue == name }) else {
        throw ValidationError("'\(name)' is no measure, expected some of \(names)")
      }
      return measure
    }
    return ofFeatures.filter(asked.contains)
  }
}

extension CompletionKind {
  /// Files that hold activations.
  fileprivate static var activations: CompletionKind { .file(extensions: ["npy", "safetensors"]) }
}

/// A matrix of activations, [rows, columns], row-major, finite.
private struct Activations {
  let rows: Int
  let columns: Int
  let elements: [Double]
}

/// An activation matrix's place: a file, and of a safetensors file perhaps a tensor.
private struct ActivationFile {
  private let argument: String
  private let path: String
  private let tensor: String?

  init(_ argument: String) {
    self.argument = argument
    let mark = argument.range(of: ".safetensors:")
    path = mark.map { String(argument[..<$0.upperBound].dropLast()) } ?? argument
    tensor = mark.map { String(argument[$0.upperBound...]) }
  }

  func read() throws -> Activations {
    let array = try array()
    guard array.shape.count == 2, array.shape[0] > 0, array.shape[1] > 0 else {
      throw InputError("\(argument) has shape \(array.shape), expected [rows, columns]; reshape it")
    }
    let elements: [Double]
    switch array.elements {
    case .float64(let values): elements = values
    case .float32(let values): elements = values.map(Double.init)
    default:
      throw InputError(
        "\(argument) holds integers (\(array.elements.dtype.rawValue)), expected activations in floating point; "
          + "convert it")
    }
    guard elements.allSatisfy(\.isFinite) else {
      throw InputError(
        "\(argument) holds NaN or infinity, expected finite numbers; the model that made it has diverged")
    }
    return Activations(rows: array.shape[0], columns: array.shape[1], elements: elements)
  }

  private func array() throws -> NamedArray {
    let url = URL(filePath: path)
    switch url.pathExtension {
    case "npy": return try NumPyFile.read(url)
    case "safetensors":
      let file = try SafetensorsFile(url)
      if let tensor { return try file.array(tensor) }
      guard let only = file.entries.first, file.entries.count == 1 else {
        let names = file.entries.prefix(4).map(\.name).joined(separator: ", ")
        throw InputError(
          "\(path) holds \(file.entries.count) tensors (\(names)\(file.entries.count > 4 ? ", ..." : "")), expected one: "
            + "name it, as in \(path):\(file.entries.first?.name ?? "NAME")")
      }
      return try file.array(only.name)
    default: throw InputError("\(path) is of no known kind, expected a name that ends in .npy or .safetensors")
    }
  }
}

/// What one measure says.
private struct Finding {
  let measure: Measure
  let measurement: PairFigures

  /// By name, the distance first.
  private var distances: [(name: String, value: Double?, reason: Missing?)] {
    measurement.figures.filter { $0.part != .degenerate }.map { ($0.part.rawValue, $0.value, $0.reason) }
  }

  /// One line, such as `pwcca: 0.21, reverse 0.19 (12 and 15 directions)`.
  var text: String {
    if let first = distances.first, let reason = first.reason {
      return "\(measure.rawValue): none (\(reason.rawValue))"
    }
    let figures = distances.map { name, value, reason in
      let figure = value.map { "\($0)" } ?? "none" + (reason.map { " (\($0.rawValue))" } ?? "")
      return name == "distance" ? figure : "\(name) \(figure)"
    }
    let directions = measurement.kept.map {
      " (\($0[0]) and \($0[1]) directions\(measurement.isDegenerate == true ? ", degenerate" : ""))"
    }
    return "\(measure.rawValue): \(figures.joined(separator: ", "))\(directions ?? "")"
  }
}

extension Finding: Encodable {
  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Name.self)
    for (name, value, reason) in distances {
      try container.encode(value, forKey: Name(name))
      // Figures that lack the same thing need not say so twice.
      if let reason, name == "distance" || distances[0].value != nil {
        try container.encode(reason.rawValue, forKey: Name("reason"))
      }
    }
    try container.encodeIfPresent(measurement.kept, forKey: Name("kept"))
    try container.encodeIfPresent(measurement.isDegenerate, forKey: Name("degenerate"))
  }
}

/// All findings, as JSON has them.
private struct Report: Encodable {
  let rows: Int
  let columns: [Int]
  let findings: [Finding]

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Name.self)
    try container.encode(rows, forKey: Name("rows"))
    try container.encode(columns, forKey: Name("columns"))
    for finding in findings { try container.encode(finding, forKey: Name(finding.measure.rawValue)) }
  }
}

/// A key by its name.
private struct Name: CodingKey {
  let stringValue: String
  var intValue: Int? { nil }

  init(_ name: String) { stringValue = name }
  init?(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}
