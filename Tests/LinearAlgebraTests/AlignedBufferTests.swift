import Glibc
import LinearAlgebra
import Testing

@Suite struct AlignedBufferTests {
  @Test(arguments: [0, 1, 15, 16, 17, 1025, 1 << 20])
  func zeroAndOnAPage(count: Int) {
    let buffer = AlignedBuffer<Float>(count: count)
    #expect(buffer.count == count && buffer.elements.count == count)
    #expect(UInt(bitPattern: buffer.pointer) % UInt(sysconf(Int32(_SC_PAGESIZE))) == 0)
    #expect(buffer.elements.allSatisfy { $0.bitPattern == 0 })
  }

  @Test func holdsWhatIsWritten() {
    let buffer = AlignedBuffer<Double>(count: 1000)
    for i in 0..<1000 { buffer.pointer[i] = Double(i) }
    #expect(buffer.elements.elementsEqual((0..<1000).map { Double($0) }))
    buffer.elements[999] = -1
    #expect(buffer.pointer[999] == -1)
  }

  /// Memory that was used and freed is zero when it is allocated again.
  @Test func zeroAgainAfterUse() {
    for _ in 0..<20 {
      let buffer = AlignedBuffer<UInt8>(count: 100_000)
      #expect(buffer.elements.allSatisfy { $0 == 0 })
      buffer.elements.update(repeating: 0xFF)
    }
  }

  @Test func buffersDoNotOverlap() {
    let buffers = (0..<10).map { _ in AlignedBuffer<Int32>(count: 3) }
    for (i, buffer) in buffers.enumerated() { buffer.elements.update(repeating: Int32(i)) }
    for (i, buffer) in buffers.enumerated() { #expect(buffer.elements.allSatisfy { $0 == i }) }
  }
}
