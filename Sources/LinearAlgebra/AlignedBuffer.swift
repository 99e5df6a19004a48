import Glibc

/// Memory for `count` elements on page boundaries, zero at first, freed with its owner.
///
/// The pages come straight from the system and become real when they are touched: capacity that is not used costs
/// address space, not memory.
public final class AlignedBuffer<Element: BitwiseCopyable>: @unchecked Sendable {
  // Unchecked: whoever shares a buffer between threads keeps writers to disjoint parts.

  /// The first element.
  public let pointer: UnsafeMutablePointer<Element>
  /// How many elements there are.
  public let count: Int
  private let bytes: Int

  /// Takes memory for `count` elements, `count` >= 0; all bytes are zero.
  public init(count: Int) {
    precondition(count >= 0)
    self.count = count
    bytes = max(64, count * MemoryLayout<Element>.stride)
    let memory = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
    guard let memory, memory != MAP_FAILED else {
      preconditionFailure("the system has no address space left for \(bytes) bytes (errno \(errno))")
    }
    pointer = memory.bindMemory(to: Element.self, capacity: count)
  }

  deinit { munmap(pointer, bytes) }

  /// The elements, to read and write.
  public var elements: UnsafeMutableBufferPointer<Element> { UnsafeMutableBufferPointer(start: pointer, count: count) }
}
