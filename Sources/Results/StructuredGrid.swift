package import Foundation
internal import POSIX
internal import TensorFiles

/// A loss surface as a structured grid of VTK's XML format (.vts), which ParaView opens: one flat sheet of points
/// (alpha, beta, 0) with values (https://docs.vtk.org/en/latest/vtk_file_formats/vtkxml_file_format.html).
///
/// Numbers are written as base64 of their bytes, which keeps every bit, those of NaN too. The same grid makes the same
/// bytes. A curve is a grid with one beta.
package struct StructuredGrid {
  /// What a point came to; the raw value stands in the file's array `status`.
  package enum Status: Int32, Sendable, CaseIterable {
    /// Evaluated.
    case done = 0
    /// Not evaluated yet.
    case missing = 1
    /// Tried, and failed.
    case failed = 2
    /// Not tried, because what it needs failed.
    case blocked = 3
    /// Evaluated, and a value is NaN or infinite: a result.
    case notFinite = 4

    var meaning: String { self == .notFinite ? "not finite" : "\(self)" }
  }

  /// The coordinates along x; at least one.
  package let alpha: [Double]
  /// The coordinates along y; at least one.
  package let beta: [Double]
  /// What both coordinates are in units of.
  package let units: String
  /// Arrays by name, each [alpha.count, beta.count], row-major; NaN where a point has no value.
  package let values: [(name: String, values: [Double])]
  /// What each point came to: [alpha.count, beta.count], row-major.
  package let status: [Status]

  /// A grid from its parts; ParaView colours it by the first of `values`.
  ///
  /// - Precondition: both axes have points; each array has one value for each point of the grid; names are unique and
  ///   none is `status`.
  package init(
    alpha: [Double], beta: [Double], units: String, values: [(name: String, values: [Double])], status: [Status]
  ) {
    precondition(!alpha.isEmpty && !beta.isEmpty, "a grid has points on both axes")
    let counts = values.map(\.values.count) + [status.count]
    precondition(counts.allSatisfy { $0 == alpha.count * beta.count }, "a grid has one value for each of its points")
    precondition(
      Set(values.map(\.name) + ["status"]).count == values.count + 1, "a grid's arrays have different names")
    self.alpha = alpha
    self.beta = beta
    self.units = units
    self.values = values
    self.status = status
  }

  /// Writes the grid to the file at `url`, whose directory exists.
  ///
  /// - Throws: `SystemError`.
  package func write(to url: URL) throws {
    let bytes = Array(xml.utf8)
    try AtomicFile.write(to: url) { try $0.append(bytes.span.bytes) }
  }

  private var xml: String {
    let extent = "0 \(alpha.count - 1) 0 \(beta.count - 1) 0 0"
    let points: [Double] = beta.flatMap { y in alpha.flatMap { x in [x, y, 0] } }
    let meanings = Status.allCases.map { "\($0.rawValue) \($0.meaning)" }.joined(separator: ", ")
    let arrays =
      values.map { Self.array("Float64", $0.name, inOrderOfVTK($0.values).span.bytes) }
      + [Self.array("Int32", "status", inOrderOfVTK(status.map(\.rawValue)).span.bytes)]
    return """
      <?xml version="1.0"?>
      <VTKFile type="StructuredGrid" version="1.0" byte_order="LittleEndian" header_type="UInt64">
      <StructuredGrid WholeExtent="\(extent)">
      <FieldData>
      \(Self.text("units", "alpha (x) and beta (y) are in units of \(units)"))
      \(Self.text("status_meanings", meanings))
      </FieldData>
      <Piece Extent="\(extent)">
      <PointData Scalars="\(Self.escaped(values.first?.name ?? "status"))">
      \(arrays.joined(separator: "\n"))
      </PointData>
      <Points>
      \(Self.array("Float64", "Points", components: 3, points.span.bytes))
      </Points>
      </Piece>
      </StructuredGrid>
      </VTKFile>

      """
  }

  /// [alpha.count, beta.count], row-major, as VTK lists points: x changes fastest.
  private func inOrderOfVTK<Value>(_ values: [Value]) -> [Value] {
    beta.indices.flatMap { j in alpha.indices.map { i in values[i * beta.count + j] } }
  }

  private static func array(_ type: String, _ name: String, components: Int = 1, _ bytes: RawSpan) -> String {
    "<DataArray type=\"\(type)\" Name=\"\(escaped(name))\" NumberOfComponents=\"\(components)\" format=\"binary\">"
      + "\(encoded(bytes))</DataArray>"
  }

  private static func text(_ name: String, _ text: String) -> String {
    "<Array type=\"String\" Name=\"\(name)\" NumberOfTuples=\"1\" format=\"binary\">"
      + "\(encoded((Array(text.utf8) + [0]).span.bytes))</Array>"
  }

  /// The bytes in base64, their count before them.
  private static func encoded(_ bytes: RawSpan) -> String {
    var data = withUnsafeBytes(of: UInt64(bytes.byteCount).littleEndian) { Data($0) }
    bytes.withUnsafeBytes { data.append(contentsOf: $0) }
    return data.base64EncodedString()
  }

  /// A text as the value of an XML attribute. By code points, not characters: a sign may have a combining accent behind it.
  private static func escaped(_ text: String) -> String {
    var escaped = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": escaped.append(contentsOf: "&amp;".unicodeScalars)
      case "<": escaped.append(contentsOf: "&lt;".unicodeScalars)
      case ">": escaped.append(contentsOf: "&gt;".unicodeScalars)
      case "\"": escaped.append(contentsOf: "&quot;".unicodeScalars)
      // As they are, a reader takes them for blanks.
      case "\t", "\n", "\r": escaped.append(contentsOf: "&#\(scalar.value);".unicodeScalars)
      // XML has no place for them.
      case "\0"..<" ", "\u{FFFE}", "\u{FFFF}": escaped.append("\u{FFFD}")
      default: escaped.append(scalar)
      }
    }
    return String(escaped)
  }
}
