import Sweep
import Testing

/// Bytes of sweep files as editors and other programs leave them.
@Suite struct SweepTextTests {
  private static let text = "model: m\ntasks: [SST-2]\n"

  private func read(_ bytes: [UInt8]) throws -> SweepFile {
    try SweepFile(yaml: try SweepFile.text(of: bytes, path: "a.yaml"), path: "a.yaml")
  }

  @Test func aByteOrderMarkAndCarriageReturnsChangeNothing() throws {
    let plain = try read(Array(Self.text.utf8))
    #expect(try read([0xEF, 0xBB, 0xBF] + Array(Self.text.utf8)) == plain)
    #expect(try SweepFile(yaml: "\u{FEFF}" + Self.text, path: "a.yaml") == plain)
    let windows = Self.text.replacing("\n", with: "\r\n")
    #expect(try read(Array(windows.utf8)) == plain)
    let error = #expect(throws: SweepError.self) { try read(Array((windows + "\r\nrecpie: {}\r\n").utf8)) }
    #expect(error?.description.hasPrefix("a.yaml:4: recpie: unknown key") == true)
  }

  @Test func whatIsNotUTF8IsSaidToBeSo() throws {
    let cases: [([UInt8], String)] = [
      ([0xFF, 0xFE] + Self.text.utf8.flatMap { [$0, 0] }, "a.yaml:1: the sweep file cannot be read: it is UTF-16"),
      ([0xFE, 0xFF, 0, 0x6D], "it is UTF-16"),
      (
        Array(Self.text.utf8) + Array("data: ".utf8) + [0xED, 0xA0, 0x80],
        "a.yaml:3: the sweep file cannot be read: half a"
      ),
      (
        Array(Self.text.utf8) + Array("data: ".utf8) + [0xE9],
        "a.yaml:3: the sweep file cannot be read: the line is not UTF-8"
      ),
      (
        Array("data: \"\\ud83d\\ude00\"\n\(Self.text)".utf8),
        "a.yaml:1: the sweep file cannot be read: an escape is half a"
      ),
    ]
    for (bytes, message) in cases {
      let error = #expect(throws: SweepError.self) { try read(bytes) }
      #expect(error?.description.contains(message) == true, "\(error)")
    }
  }

  /// A name that the file does not say is that of the file, or what was recorded; it is no difference.
  @Test func aNameThatIsNotSaid() throws {
    let (first, copy) = (
      try SweepFile(yaml: Self.text, path: "my.yaml"), try SweepFile(yaml: Self.text, path: "r/sweep.yaml", name: "my")
    )
    #expect(first.name == "my" && copy.name == "my")
    #expect(try SweepFile(yaml: Self.text, path: "other.yaml").differences(from: first) == [])
    #expect(try SweepFile(yaml: Self.text, path: "r/sweep.yaml").differences(from: copy) == [])
    let named = try SweepFile(yaml: Self.text + "name: one", path: "my.yaml", name: "my")
    #expect(named.name == "one")
    #expect(try first.differences(from: named) == [] && named.differences(from: first) == [])
    let other = try SweepFile(yaml: Self.text + "name: two", path: "my.yaml")
    #expect(try other.differences(from: named) == ["name: one in the run directory, two in the sweep file"])
    // What was recorded may be damaged.
    #expect(try SweepFile(yaml: Self.text, path: "r/sweep.yaml", name: "../x").name == "sweep")
    #expect(throws: SweepError.self) { try SweepFile(yaml: Self.text + "name: ''", path: "my.yaml") }
  }

  @Test func aKeyThatNoLineShowsIsRefused() throws {
    for key in ["\"a\\nb\"", "\"\\e[31m\"", String(repeating: "k", count: 300)] {
      let error = #expect(throws: SweepError.self) { try Examples.sweep(Self.text + "\(key): 1") }
      #expect(error?.description.contains("keys that are names") == true)
      #expect(error?.description.split(whereSeparator: \.isNewline).count == 1)
    }
    for path in ["\"a\\0b\"", "\"a\\nb\""] {
      #expect(throws: SweepError.self) { try Examples.sweep("model: \(path)\ntasks: [SST-2]") }
    }
  }
}
