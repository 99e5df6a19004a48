import Foundation
import POSIX
import Testing

@Suite struct MappedFileTests {
  @Test func holdsTheBytes() throws {
    try withTemporaryDirectory { directory in
      let url = directory.appendingPathComponent("three")
      try Data([1, 2, 3]).write(to: url)
      let file = try MappedFile(url)
      withExtendedLifetime(file) { #expect(Array(file.bytes) == [1, 2, 3]) }
    }
  }

  @Test func anEmptyFileIsEmpty() throws {
    try withTemporaryDirectory { directory in
      let url = directory.appendingPathComponent("empty")
      try Data().write(to: url)
      #expect(try MappedFile(url).bytes.isEmpty)
    }
  }

  @Test func keepsTheOldBytesWhenTheFileIsReplaced() throws {
    try withTemporaryDirectory { directory in
      let url = directory.appendingPathComponent("file")
      try AtomicFile.write(to: url) { try $0.append([UInt8(1)].span.bytes) }
      let old = try MappedFile(url)
      try AtomicFile.write(to: url) { try $0.append([UInt8(2)].span.bytes) }
      let new = try MappedFile(url)
      withExtendedLifetime((old, new)) { #expect(Array(old.bytes) == [1] && Array(new.bytes) == [2]) }
    }
  }

  @Test func unmapsAtTheEndOfItsLife() throws {
    try withTemporaryDirectory { directory in
      let url = directory.appendingPathComponent("mapped-once")
      try Data([1]).write(to: url)
      func isMapped() throws -> Bool {
        // In pieces, because Foundation's other calls stop after a page if a file's reported size is 0.
        let handle = try #require(FileHandle(forReadingAtPath: "/proc/self/maps"))
        var maps = Data()
        while let piece = try handle.read(upToCount: 4096), !piece.isEmpty { maps += piece }
        return String(decoding: maps, as: UTF8.self).contains(url.path)
      }
      do {
        let file = try MappedFile(url)
        let during = try isMapped()
        withExtendedLifetime(file) { #expect(during) }
      }
      #expect(try !isMapped())
    }
  }

  @Test func errors() throws {
    try withTemporaryDirectory { directory in
      #expect(
        message { _ = try MappedFile(directory.appendingPathComponent("none")) }
          == "none: open failed: No such file or directory (errno 2); check the path")
      #expect(throws: NotAFile(path: directory.path)) { try MappedFile(directory) }
    }
  }
}
