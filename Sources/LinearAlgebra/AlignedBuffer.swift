import Glibc

/// Memory for `count` elements on page boundaries, zero at first, freed with its owner.
///
/// The pages come straight from the system and become real when they are touched: capacity that is not used costs
/// address space, not memory. Whoever sizes one by input asks ``MemoryLimit/check(bytes:reserving:for:)`` before.
public final class AlignedBuffer<Element: BitwiseCopyable>: @unchecked Sendable {
  // Unchecked: whoever shares a buffer between threads keeps writers to disjoint parts.

  /// The first element.
  public let pointer: UnsafeMutablePointer<Element>
  /// How many elements there are.
  public let count: Int
  private let bytes: Int

  /// Takes memory for `count` elements, `count` >= 0; all bytes are zero.
  ///
  /// Where the system has no address space left the process ends with 74, as for other work that is refused by it, and a
  /// line that says so: no work can go on, and no caller has anything to give back.
  public init(count: Int) {
    precondition(count >= 0)
    self.count = count
    let (size, overflow) = count.multipliedReportingOverflow(by: MemoryLayout<Element>.stride)
    bytes = max(64, overflow ? .max : size)
    let memory = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
    guard let memory, memory != MAP_FAILED else {
      Self.leave(wanted: bytes, errno)
    }
    pointer = memory.bindMemory(to: Element.self, capacity: count)
  }

  deinit { munmap(pointer, bytes) }

  private static func leave(wanted: Int, _ number: Int32) -> Never {
    let reason = strerror(number).map { String(cString: $0) } ?? "error \(number)"
    let line =
      "seedscape: the system refuses \(shownBytes(wanted)) of memory (\(reason)); free some, raise its limit (ulimit -v), or "
      + "choose a smaller model or batch\n"
    _ = line.utf8.withContiguousStorageIfAvailable { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    _exit(74)
  }

  /// The elements, to read and write.
  public var elements: UnsafeMutableBufferPointer<Element> { UnsafeMutableBufferPointer(start: pointer, count: count) }
}
