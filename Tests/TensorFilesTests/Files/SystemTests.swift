import Foundation
import Glibc
import TensorFiles
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
    let error = try #require(throws: TensorFileError.self) {
      try [UInt8(1)].withUnsafeBytes { try System.write($0, to: descriptor, "a/b") }
    }
    #expect(error == .system(call: "write", path: "a/b", errno: ENOSPC))
    #expect(error.isOutOfSpace)
    #expect(
      error.description
        == "a/b: write failed: No space left on device (errno 28); free some space and run again")
  }

  @Test func aFullQuotaIsOutOfSpaceToo() {
    #expect(TensorFileError.system(call: "close", path: "a", errno: EDQUOT).isOutOfSpace)
    #expect(!TensorFileError.system(call: "close", path: "a", errno: EIO).isOutOfSpace)
    #expect(!TensorFileError.missingTensor(path: "a", tensor: "b").isOutOfSpace)
  }
}
