import Foundation
import GLUE
import Testing

/// Bytes that are not rows: each error says what they are, and nothing traps.
@Suite struct SourceFileTests {
  private let classes = LabelKind.classes(["0", "1"])

  private func task(_ format: FileFormat) throws -> Task {
    try Task.custom(
      name: "mine", train: "t", dev: "d", columns: Columns(text: "t", label: "l"), labels: classes, format: format,
      in: URL(filePath: "/"))
  }

  private func read(_ bytes: [UInt8], _ format: FileFormat) throws -> Dataset {
    try task(format).read(.train, from: bytes, path: "t")
  }

  private func error(_ bytes: [UInt8], _ format: FileFormat) throws -> String {
    try #require(throws: GLUEError.self) { try read(bytes, format) }.description
  }

  private func utf16(_ text: String, bigEndian: Bool = false, mark: Bool = true) -> [UInt8] {
    ((mark ? [0xFEFF] : []) + Array(text.utf16)).flatMap { unit in
      let pair = [UInt8(truncatingIfNeeded: unit), UInt8(unit >> 8)]
      return bigEndian ? pair.reversed() : pair
    }
  }

  @Test func otherEncodingsAreNamed() throws {
    let text = "t\tl\na\t0\n"
    #expect(try error(utf16(text), .tsv).contains("is in UTF-16;"))
    #expect(try error(utf16(text, bigEndian: true), .tsv).contains("is in UTF-16;"))
    #expect(try error(utf16(text, mark: false), .csv).contains("is in UTF-16LE;"))
    #expect(try error(utf16(text, bigEndian: true, mark: false), .jsonLines).contains("iconv -f UTF-16BE -t UTF-8"))
    #expect(try error([0x1F, 0x8B, 8, 0], .csv).contains("compressed by gzip; expected a text in UTF-8; unpack it"))
  }

  @Test func halfASurrogatePairIsNamed() throws {
    for format in [FileFormat.tsv, .csv] {
      let separator = format == .tsv ? "\t" : ","
      let bytes = Array("t\(separator)l\na".utf8) + [0xED, 0xA0, 0x80] + Array("\(separator)0\n".utf8)
      #expect(try error(bytes, format).contains("line 2: got half a surrogate pair"))
    }
    #expect(try error(Array("{\"t\": \"a\\ud800\", \"l\": 0}\n".utf8), .jsonLines).contains("surrogate pair"))
  }

  @Test func carriageReturnsAlone() throws {
    for format in [FileFormat.tsv, .csv] {
      let text = format == .tsv ? "t\tl\ra\t0\rb\t1\r" : "t,l\ra,0\rb,1\r"
      #expect(try error(Array(text.utf8), format).contains("only in carriage returns"))
    }
    // RFC 4180 allows them only in quotes.
    #expect(try error(Array("t,l\na\rb,0\n".utf8), .csv).contains("carriage return"))
    #expect(try read(Array("t,l\n\"a\rb\",0\n".utf8), .csv).examples.map(\.text) == ["a\rb"])
  }

  @Test func byteOrderMarksWithinAFile() throws {
    let twice = "\u{FEFF}t\tl\na\t0\n\u{FEFF}t\tl\nb\t1\n"
    #expect(try error(Array(twice.utf8), .tsv).contains("line 3: got label \"l\""))
    let label = try error(Array("l\tt\na\t0\n\u{FEFF}l\tt\n0\tb\n".utf8), .tsv)
    #expect(label.contains("line 2"))
    let mark = try error(Array("l,t\n0,a\n\u{FEFF}0,b\n".utf8), .csv)
    #expect(mark.contains(#"got label "\u{FEFF}0""#) && mark.contains("byte order mark"), "\(mark)")
    let header = try error(Array("\u{FEFF}\u{FEFF}t,l\na,0\n".utf8), .csv)
    #expect(header.contains(#""\u{FEFF}t""#) && header.contains("byte order mark"), "\(header)")
    let json = "{\"t\": \"a\", \"l\": 0}\n"
    #expect(try error(Array((json + "\u{FEFF}" + json).utf8), .jsonLines).contains("byte order mark"))
    #expect(try read(Array(("\u{FEFF}" + json).utf8), .jsonLines).examples.count == 1)
  }

  @Test func columnsThatAreNearlyThere() throws {
    #expect(try error(Array("T,l\na,0\n".utf8), .csv).contains(#"no column "t"; found "T", "l" ("T" is not the same"#))
    #expect(try error(Array("\"t\"\tl\na\t0\n".utf8), .tsv).contains("is not the same, letter by letter"))
  }

  /// A doubled quote is two bytes, even if a combining mark follows.
  @Test func doubledQuotesBeforeCombiningMarks() throws {
    let rows = try read(Array("t,l\n\"say \"\"\u{301}x\"\"\",0\n".utf8), .csv)
    #expect(rows.examples.map(\.text).first?.unicodeScalars.elementsEqual("say \"\u{301}x\"".unicodeScalars) == true)
  }

  @Test func labelsOfJSON() throws {
    func label(_ text: String) -> [UInt8] { Array("{\"t\": \"a\", \"l\": \(text)}\n".utf8) }
    #expect(try read(label("1e0"), .jsonLines).examples[0].label == .class(1))
    #expect(try read(label("-0"), .jsonLines).examples[0].label == .class(0))
    #expect(try error(label("NaN"), .jsonLines).contains("NaN is not JSON"))
    #expect(try error(label("1e400"), .jsonLines).contains("too large"))
    // Such neighbouring numbers would become one class.
    #expect(try error(label("9007199254740993"), .jsonLines).contains("too large to be exact"))
    #expect(try error(label("1, \"l\": 0"), .jsonLines).contains("named more than once"))
    #expect(try error(label(String(repeating: "[", count: 100_000)), .jsonLines).contains("line 1"))
    #expect(try error(Array("[{\"t\": \"a\", \"l\": 0}]".utf8), .jsonLines).contains("starts an array"))
  }

  @Test func manyColumnsAndManyEmptyLines() throws {
    let wide = String(repeating: "x\t", count: 1_000_000)
    #expect(try read(Array("\(wide)t\tl\n\(wide)a\t0\n".utf8), .tsv).examples.map(\.text) == ["a"])
    // Each empty line in the middle used to be scanned to the end of all of them.
    let header = "id\tqid1\tqid2\tquestion1\tquestion2\tis_duplicate\n"
    let text = header + String(repeating: "\n", count: 1_000_000) + "1\t2\t3\ta\tb\t0\n"
    let rows = try Task.named("QQP").read(.train, from: Array(text.utf8), path: "t")
    #expect(rows.examples.count == 1 && rows.skipped == 1_000_000)
  }

  @Test func whatIsNoFile() throws {
    let folder = try DataFolder([:])
    let path = folder.path("pipe.tsv")
    #expect(mkfifo(path, 0o600) == 0)
    let task = try Task.custom(
      name: "mine", train: path, dev: path, columns: Columns(text: "t", label: "l"), labels: classes, in: folder.url)
    let error = #expect(throws: GLUEError.self) { try task.read(.train, in: folder.url) }
    guard case .unreadableFile(path, _) = error else {
      Issue.record("got \(String(describing: error))")
      return
    }
  }

  /// 20 000 damaged files: an error or rows, never a trap.
  @Test func damagedBytes() throws {
    let seeds: [(FileFormat, String)] = [
      (.tsv, "\u{FEFF}t\tl\r\na \"b\"\t0\r\nc\t1\r\n"), (.csv, "t,l\r\n\"a \"\"b\"\", c\",0\r\n\"d\ne\",1\r\n"),
      (.jsonLines, "{\"t\": \"a\\u00e9\\ud83d\\ude00\", \"l\": 0}\n{\"l\": 1.0, \"t\": \"b\", \"x\": [{}, null]}\n"),
    ]
    var state: UInt64 = 1
    func random(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    let favourites: [UInt8] = [0, 9, 10, 13, 34, 44, 92, 0xED, 0xA0, 0xEF, 0xBB, 0xBF, 0xFF, 0x7B, 0x5B]
    for round in 0..<20_000 {
      let (format, text) = seeds[round % 3]
      var bytes = Array(text.utf8)
      for _ in 0...random(4) where !bytes.isEmpty {
        let place = random(bytes.count)
        switch random(4) {
        case 0: bytes[place] = favourites[random(favourites.count)]
        case 1: bytes.insert(favourites[random(favourites.count)], at: place)
        case 2: bytes.removeSubrange(place..<min(bytes.count, place + 1 + random(8)))
        default: bytes += bytes[place...]
        }
      }
      _ = try? read(bytes, format)
    }
  }
}
