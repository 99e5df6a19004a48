import Foundation
import Results
import Testing

@Suite struct StructuredGridTests {
  /// The text of the file that a grid is written to.
  private func text(_ grid: StructuredGrid) throws -> String {
    let url = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).vts")
    defer { try? FileManager.default.removeItem(at: url) }
    try grid.write(to: url)
    return try String(contentsOf: url, encoding: .utf8)
  }

  /// The bytes of the array `name` (as in the file) of a type; the count before them is checked and cut.
  private func array(_ name: String, _ type: String, in text: String) throws -> [UInt8] {
    let element = try #require(
      text.split(separator: "\n").first { $0.contains("Array type=\"\(type)\" Name=\"\(name)\"") })
    let content = try #require(element.split(separator: ">").dropFirst().first?.split(separator: "<").first)
    let bytes = try Array(#require(Data(base64Encoded: String(content))))
    #expect(Array(bytes.prefix(8)) == [UInt8(bytes.count - 8), 0, 0, 0, 0, 0, 0, 0])
    return Array(bytes.dropFirst(8))
  }

  private func doubles(_ name: String, in text: String) throws -> [Double] {
    let bytes = try array(name, "Float64", in: text)
    return stride(from: 0, to: bytes.count, by: 8).map { place in
      Double(bitPattern: (0..<8).reduce(0) { $0 | UInt64(bytes[place + $1]) << (8 * UInt64($1)) })
    }
  }

  /// Two alphas, three betas: value 10 i + j at (i, j).
  private let grid = StructuredGrid(
    alpha: [-1, 0.5], beta: [-4, 0, 4], units: "|d1|",
    values: [("loss", [0, 1, 2, 10, 11, 12]), ("error", [0, 0, 0.1, 0, 0, .nan])],
    status: [.done, .missing, .failed, .blocked, .done, .done])

  @Test func pointsAndValuesAreListedWithAlphaFastest() throws {
    let text = try text(grid)
    #expect(
      try doubles("Points", in: text) == [-1, -4, 0, 0.5, -4, 0, -1, 0, 0, 0.5, 0, 0, -1, 4, 0, 0.5, 4, 0])
    #expect(try doubles("loss", in: text) == [0, 10, 1, 11, 2, 12])
    #expect(
      try array("status", "Int32", in: text)
        == [0, 0, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0])
    for element in ["<StructuredGrid WholeExtent=", "<Piece Extent="] {
      #expect(text.contains("\(element)\"0 1 0 2 0 0\">"))
    }
  }

  @Test func everyBitOfANumberIsKept() throws {
    let values = [0.1, -0.0, .nan, -.infinity, .leastNonzeroMagnitude, .greatestFiniteMagnitude]
    let grid = StructuredGrid(
      alpha: [0], beta: [0, 1, 2, 3, 4, 5], units: "|d1|", values: [("loss", values)],
      status: .init(repeating: .done, count: 6))
    #expect(try doubles("loss", in: text(grid)).map(\.bitPattern) == values.map(\.bitPattern))
  }

  @Test func aGridMadeByHand() throws {
    // Base64 of a count of 8 (or 24, 4) and of 1.0, (2, 3, 0) and 0.
    let one = StructuredGrid(alpha: [2], beta: [3], units: "|d1|", values: [("a<b&\"c\"", [1])], status: [.done])
    let text = try text(one)
    #expect(text.hasPrefix("<?xml version=\"1.0\"?>\n<VTKFile type=\"StructuredGrid\" version=\"1.0\" "))
    #expect(
      text.contains(
        """
        <Piece Extent="0 0 0 0 0 0">
        <PointData Scalars="a&lt;b&amp;&quot;c&quot;">
        <DataArray type="Float64" Name="a&lt;b&amp;&quot;c&quot;" NumberOfComponents="1" format="binary">\
        CAAAAAAAAAAAAAAAAADwPw==</DataArray>
        <DataArray type="Int32" Name="status" NumberOfComponents="1" format="binary">\
        BAAAAAAAAAAAAAAA</DataArray>
        </PointData>
        <Points>
        <DataArray type="Float64" Name="Points" NumberOfComponents="3" format="binary">\
        GAAAAAAAAAAAAAAAAAAAQAAAAAAAAAhAAAAAAAAAAAA=</DataArray>
        </Points>
        </Piece>
        </StructuredGrid>
        </VTKFile>

        """))
  }

  @Test func theFileSaysWhatItsNumbersMean() throws {
    let text = try text(grid)
    #expect(
      try array("units", "String", in: text) == Array("alpha (x) and beta (y) are in units of |d1|\0".utf8))
    #expect(
      try array("status_meanings", "String", in: text)
        == Array("0 done, 1 missing, 2 failed, 3 blocked, 4 not finite\0".utf8))
    #expect(text.contains("<PointData Scalars=\"loss\">"))
  }

  @Test func aCurveHasOneBeta() throws {
    let curve = StructuredGrid(
      alpha: [0, 0.5, 1], beta: [0], units: "|d1|", values: [("loss", [3, .nan, 1])], status: [.done, .failed, .done])
    let text = try text(curve)
    #expect(text.contains("WholeExtent=\"0 2 0 0 0 0\""))
    #expect(try doubles("Points", in: text) == [0, 0, 0, 0.5, 0, 0, 1, 0, 0])
    #expect(try doubles("loss", in: text).map(\.isNaN) == [false, true, false])
  }

  /// Names hold what they like; XML does not.
  @Test func namesAreValidXML() throws {
    let name = "a\"b<c&d>e\nf\tg\r\u{0}\u{1}\u{301}<\u{338}\"\u{301}é😀 "
    let one = StructuredGrid(alpha: [0], beta: [0], units: "<&\u{0}>", values: [(name, [1])], status: [.done])
    let text = try text(one)
    let expected =
      "Name=\"a&quot;b&lt;c&amp;d&gt;e&#10;f&#9;g&#13;\u{FFFD}\u{FFFD}\u{301}&lt;\u{338}&quot;\u{301}é😀 \""
    #expect(text.utf8.firstRange(of: Array(expected.utf8)) != nil)
    #expect(text.unicodeScalars.allSatisfy { $0 == "\n" || $0.value >= 0x20 })
  }
}
