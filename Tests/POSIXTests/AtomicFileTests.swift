import Diagnostics
import Foundation
import POSIX
import Testing

@Suite struct AtomicFileTests {
  private struct Stop: Error {}

  @Test func appendsInOrderAndLeavesNothingElse() throws {
    try withTemporaryDirectory { directory in
      let url = directory.appendingPathComponent("file")
      try AtomicFile.write(to: url) { file in
        try file.append([UInt8(1), 2].span.bytes)
        try file.append([UInt8]().span.bytes)
        try file.append([Int32(0x0403)].span.bytes)
      }
      #expect(try bytes(of: url) == [1, 2, 3, 4, 0, 0])
      #expect(try names(in: directory) == ["file"])
    }
  }

  @Test func theNameAppearsOnlyWithTheWholeFile() throws {
    try withTemporaryDirectory { directory in
      let url = directory.appendingPathComponent("file")
      try AtomicFile.write(to: url) { file in
        try file.append([UInt8(1)].span.bytes)
        let during = try names(in: directory)
        #expect(during.count == 1 && during[0].hasPrefix(".file.") && during[0].hasSuffix(".tmp"))
      }
      #expect(try names(in: directory) == ["file"])
    }
  }

  @Test func aThrowingBodyChangesNothing() throws {
    try withTemporaryDirectory { directory in
      let url = directory.appendingPathComponent("file")
      try Data([9]).write(to: url)
      #expect(throws: Stop.self) {
        try AtomicFile.write(to: url) { file in
          try file.append([UInt8(1)].span.bytes)
          throw Stop()
        }
      }
      #expect(try bytes(of: url) == [9])
      #expect(try names(in: directory) == ["file"])
    }
  }

  @Test func aFailedRenameRemovesTheTemporaryFile() throws {
    try withTemporaryDirectory { directory in
      let target = directory.appendingPathComponent("directory")
      try FileManager.default.createDirectory(at: target, withIntermediateDirectories: false)
      #expect(
        message { try AtomicFile.write(to: target) { try $0.append([UInt8(1)].span.bytes) } }
          == "directory: rename failed: Is a directory (errno 21); it is a folder: name a file")
      #expect(try names(in: directory) == ["directory"])
    }
  }

  @Test func permissionsAreThoseAskedFor() throws {
    try withTemporaryDirectory { directory in
      let url = directory.appendingPathComponent("secret")
      try AtomicFile.write(to: url, permissions: 0o600) { try $0.append([UInt8(1)].span.bytes) }
      #expect(try FileManager.default.attributesOfItem(atPath: url.path)[.posixPermissions] as? Int == 0o600)
    }
  }

  @Test func aMissingDirectoryIsNamed() throws {
    try withTemporaryDirectory { directory in
      let url = directory.appendingPathComponent("none/file")
      let error = try #require(throws: SystemError.self) { try AtomicFile.write(to: url) { _ in } }
      #expect(error == SystemError("open", url.path, errno: ENOENT, .writing))
      #expect(error.exitStatus == .inputOutput && !error.isOutOfSpace)
    }
  }
}
