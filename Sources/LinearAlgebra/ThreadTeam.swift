internal import Foundation
internal import Glibc

/// A fixed number of threads that each do one part of the same work at the same time.
///
/// The assignment is fixed: thread i does part i. So bits depend on the number of threads and never on timing.
public final class ThreadTeam: @unchecked Sendable {
  // Unchecked: `condition` guards all shared state; the caller divides the memory that the work uses.

  /// A team of one thread, the caller's own.
  public static let single = ThreadTeam(ofThreads: 1)

  /// The number of threads, including the caller's.
  public let count: Int
  private let board = Board()

  /// Starts `count` - 1 threads beside the caller's, which sleep when there is no work; `count` >= 1.
  ///
  /// - Throws: ``LinearAlgebraError/threadsRefused(asked:got:)`` if the system does not start them all.
  public convenience init(count: Int) throws(LinearAlgebraError) {
    self.init(ofThreads: count)
    for index in 1..<max(count, 1) {
      guard board.start(index) else { throw .threadsRefused(asked: count, got: index) }
    }
  }

  private init(ofThreads count: Int) {
    precondition(count >= 1, "a team has at least one thread")
    self.count = count
  }

  deinit { board.close() }

  /// Calls `body(0)`, ... `body(count - 1)`, each on its own thread, and returns when all have returned.
  ///
  /// The calls must write to disjoint memory. Only the thread that owns the team may call this, and never from `body`.
  public func run(_ body: (Int) -> Void) {
    guard count > 1 else { return body(0) }
    withoutActuallyEscaping(body) { body in
      board.post(body, helpers: count - 1)
      body(0)
      board.wait()
    }
  }

  /// The part of thread `index` in a row of `total` items: contiguous, a multiple of `unit` except for the last.
  public func part(_ index: Int, of total: Int, unit: Int = 1) -> Range<Int> {
    let units = (total + unit - 1) / unit
    return min(units * index / count * unit, total)..<min(units * (index + 1) / count * unit, total)
  }
}

/// Holds the posted work and tracks its completion.
private final class Board: @unchecked Sendable {
  private let condition = NSCondition()
  private var work: ((Int) -> Void)?
  private var posted = 0
  private var running = 0
  private var isClosed = false

  func post(_ body: @escaping (Int) -> Void, helpers: Int) {
    condition.lock()
    work = body
    posted += 1
    running = helpers
    condition.broadcast()
    condition.unlock()
  }

  func wait() {
    condition.lock()
    while running > 0 { condition.wait() }
    work = nil
    condition.unlock()
  }

  func close() {
    condition.lock()
    isClosed = true
    condition.broadcast()
    condition.unlock()
  }

  /// Starts a helper thread; false if the system refuses.
  func start(_ index: Int) -> Bool {
    let start = Unmanaged.passRetained(Start(board: self, index: index))
    var thread = pthread_t()
    let status = pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
        start.board.serve(start.index)
        return nil
      }, start.toOpaque())
    guard status == 0 else {
      start.release()
      return false
    }
    pthread_detach(thread)
    return true
  }

  /// What a new thread is given.
  private final class Start {
    let board: Board
    let index: Int

    init(board: Board, index: Int) { (self.board, self.index) = (board, index) }
  }

  /// The main loop of a helper thread.
  private func serve(_ index: Int) {
    var seen = 0
    while doNext(index, &seen) {
      condition.lock()
      running -= 1
      if running == 0 { condition.broadcast() }
      condition.unlock()
    }
  }

  /// Waits for work and does it; false if there will be none. Uses the work only during this call, because the poster
  /// may return afterwards.
  private func doNext(_ index: Int, _ seen: inout Int) -> Bool {
    condition.lock()
    while posted == seen && !isClosed { condition.wait() }
    seen = posted
    let work = isClosed ? nil : work
    condition.unlock()
    work?(index)
    return work != nil
  }
}
