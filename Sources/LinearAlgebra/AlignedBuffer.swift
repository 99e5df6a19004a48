import Glibc

/// Page-aligned memory for `count` elements, initially zero, freed with this object.
///
/// The pages come directly from the system and take memory only when they are touched: unused capacity costs address
/// space, not memory. Code that derives a size from input calls ``MemoryLimit/check(bytes:reserving:for:)`` first.
public final class AlignedBuffer<Element: BitwiseCopyable>: @unchecked Sendable {
  // Unchecked: code that shares a buffer between threads must write to disjoint parts.

  /// The first element.
  public let pointer: UnsafeMutablePointer<Element>
  /// The number of elements.
  public let count: Int
  private let bytes: Int

  /// Allocates memory for `count` >= 0 elements; all bytes are zero.
  ///
  /// If the system has no address space left, the process ends with a one-line message and exit status 74, like other
  /// failures of the system. No work could continue, and no caller has memory to release.
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

  /// The elements, for reading and writing.
  public var elements: UnsafeMutableBufferPointer<Element> { UnsafeMutableBufferPointer(start: pointer, count: count) }
}
