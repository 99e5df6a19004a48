import Diagnostics
import Foundation
import Glibc
import POSIX
import Testing

@Suite struct SystemTests {
  @Test func shortAndInterruptedWritesGoOn() throws {
    var written: [UInt8] = []
    var calls = 0
    try [UInt8](1...5).withUnsafeBytes { bytes in
      try System.writeAll(bytes, "file") { start, count in
        calls += 1
        if calls == 2 {
          errno = EINTR
          return -1
        }
        let taken = min(2, count)
        written.append(contentsOf: UnsafeRawBufferPointer(start: start, count: taken))
        return taken
      }
    }
    #expect(written == [1, 2, 3, 4, 5])
    #expect(calls == 4)
  }

  @Test func aFullDiskIsTold() throws {
    let descriptor = Glibc.open("/dev/full", O_WRONLY)
    try #require(descriptor >= 0)
    defer { Glibc.close(descriptor) }
    let error = try #require(throws: SystemError.self) {
      try [UInt8(1)].withUnsafeBytes { try System.write($0, to: descriptor, "a/b") }
    }
    #expect(error == SystemError("write", "a/b", errno: ENOSPC, .writing))
    #expect(error.isOutOfSpace)
    #expect(
      error.description
        == "a/b: write failed: No space left on device (errno 28); free some space and run again")
  }

  @Test func aFullQuotaIsOutOfSpaceToo() {
    #expect(SystemError("close", "a", errno: EDQUOT, .writing).isOutOfSpace)
    #expect(!SystemError("close", "a", errno: EIO, .writing).isOutOfSpace)
  }

  /// A file that is missing or may not be read is bad input; a file that may not be written is not.
  @Test(arguments: [
    (SystemError("open", "a", errno: ENOENT, .reading), Diagnostics.ExitStatus.badInput),
    (SystemError("open", "a", errno: EACCES, .reading), .badInput),
    (SystemError("open", "a", errno: EACCES, .writing), .inputOutput),
    (SystemError("read", "a", errno: EIO, .reading), .inputOutput),
    (SystemError("write", "a", errno: ENOSPC, .writing), .inputOutput),
  ])
  func whoseFaultItIs(error: SystemError, status: Diagnostics.ExitStatus) {
    #expect(error.exitStatus == status)
  }

  @Test func foldersAreMadeWithThoseAround() throws {
    try withTemporaryDirectory { directory in
      let folder = directory.path + "/a/b/c"
      try System.makeFolder(folder)
      try System.makeFolder(folder)
      try System.proveWritable(folder)
      #expect(try System.names(in: directory.path + "/a") == ["b"] && System.names(in: folder) == [])
      try Data().write(to: directory.appendingPathComponent("file"))
      for path in ["file", "file/in"] {
        let error = try #require(throws: SystemError.self) { try System.makeFolder(directory.path + "/" + path) }
        #expect(error.number == ENOTDIR && error.exitStatus == .inputOutput)
      }
    }
  }

  @Test func filesAreReadWhole() throws {
    try withTemporaryDirectory { directory in
      let url = directory.appendingPathComponent("file")
      try Data([1, 2, 3]).write(to: url)
      #expect(try System.read(url.path) == [1, 2, 3])
      #expect(throws: NotAFile(path: directory.path)) { try System.read(directory.path) }
      // Opening a pipe does not wait for a writer.
      let pipe = directory.appendingPathComponent("pipe").path
      try #require(mkfifo(pipe, 0o600) == 0)
      #expect(throws: NotAFile(path: pipe)) { try System.read(pipe) }
      #expect(try System.status(directory.path + "/none") == nil && System.status(url.path + "/in") == nil)
    }
  }

  @Test func thisProcessIsAlive() {
    #expect(System.isAlive(getpid()) && System.startTime(of: getpid()) != nil)
    #expect(!System.isAlive(0) && !System.isAlive(-1) && System.startTime(of: 0) == nil)
  }
}

@Suite struct FoundationErrorTests {
  /// Foundation says "You don't have permission." and leaves out the path.
  @Test func anErrorOfFoundationHasItsPath() throws {
    let error = try #require(throws: CocoaError.self) {
      try FileManager.default.contentsOfDirectory(atPath: "/nowhere/at all")
    }
    #expect(error.line.hasPrefix("/nowhere/at all: "))
    #expect(ExitStatus(error) == .badInput)
    let full = CocoaError(.fileWriteOutOfSpace, userInfo: [NSFilePathErrorKey: "/a/b"])
    #expect(full.line.hasPrefix("/a/b: ") && ExitStatus(full) == .inputOutput)
  }
}
