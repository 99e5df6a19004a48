import Foundation
import MPI
import Synchronization

func checkMessages(_ all: Communicator) throws {
  let next = (all.rank + 1) % all.size
  let previous = (all.rank + all.size - 1) % all.size
  for pieceBytes in [997, 4096, 1 << 20, 1 << 30] {
    var cut = all
    cut.pieceBytes = pieceBytes
    for (tag, count) in awkwardLengths.enumerated() {
      // Around the ring without blocking; a single rank sends to itself.
      let request = try cut.isend(pattern(count, seed: all.rank), to: next, tag: tag)
      let incoming = try all.probe(from: previous, tag: tag)
      expect(incoming.source == previous && incoming.tag == tag, "rank \(previous) and tag \(tag) are told")
      expect(incoming.byteCount == count, "\(count) bytes are announced, got \(incoming.byteCount)")
      let message = try incoming.receive()
      expect(message.source == previous && message.tag == tag, "rank \(previous) and tag \(tag) are told again")
      expect(message.bytes == pattern(count, seed: previous), "\(count) bytes in pieces of \(pieceBytes)")
      try request.wait()
      expect(try request.test(), "what is complete stays so")

      // From every rank to rank 0, blocking, received in order of arrival.
      if all.rank > 0 { try cut.send(pattern(count, seed: all.rank), to: 0, tag: tag) }
      if all.rank == 0 {
        var missing = Set(1..<all.size)
        while !missing.isEmpty {
          let message = try all.receive(tag: tag)
          expect(missing.remove(message.source) != nil, "one message from each rank")
          expect(message.bytes == pattern(count, seed: message.source), "\(count) bytes from \(message.source)")
        }
      }
      // The next piece size uses the same tags. Its messages must not reach rank 0 in this round.
      try all.barrier()
    }
  }
}

/// Counts that do not fit Int32: rank 0 broadcasts an array, and the last rank sends it back.
func checkHuge(_ all: Communicator) throws {
  let count = 1 << 31 + 11
  let marks = [0, 1 << 30 - 1, 1 << 30, 1 << 31 - 1, 1 << 31, count - 1]
  var bytes: [UInt8] = []
  if all.rank == 0 {
    bytes = [UInt8](repeating: 1, count: count)
    for (number, mark) in marks.enumerated() { bytes[mark] = UInt8(100 + number) }
  }
  try all.broadcast(&bytes, from: 0)
  expect(bytes.count == count && marks.map { bytes[$0] } == [100, 101, 102, 103, 104, 105], "\(count) bytes for all")
  if all.size > 1 && all.rank == all.size - 1 { try all.send(bytes, to: 0, tag: 1) }
  if all.size > 1 && all.rank == 0 {
    let back = try all.receive(tag: 1).bytes
    expect(back == bytes, "\(count) bytes back")
  }
  if all.rank == 0 { print("mpi-selftest: \(all.size) ranks: \(count) bytes there and back") }
}

/// Two long messages with one tag, found in the order they were sent and received in reverse order. Each must get its
/// own pieces.
func checkPiecesApart(_ all: Communicator) throws {
  let next = (all.rank + 1) % all.size
  let previous = (all.rank + all.size - 1) % all.size
  let counts = [40_009, 30_011]
  var cut = all
  cut.pieceBytes = 997
  let sends = try counts.map { try cut.isend(pattern($0, seed: all.rank), to: next, tag: 5) }
  let first = try all.probe(from: previous, tag: 5)
  let second = try all.probe(from: previous, tag: 5)
  expect([first.byteCount, second.byteCount] == counts, "messages are found in the order they were sent")
  expect(try second.receive().bytes == pattern(counts[1], seed: previous), "the second message has its own pieces")
  expect(try first.receive().bytes == pattern(counts[0], seed: previous), "the first message has its own pieces")
  for send in sends { try send.wait() }
}

/// Two threads of every rank send to the same rank under the same tag, and two receive whatever comes: pieces must not
/// mix. Each thread has collectives of its own in between.
func checkTwoThreads(_ all: Communicator) throws {
  let next = (all.rank + 1) % all.size
  let counts = [0, 1, 997, 3969, 20_011, 300_007, 65_537, 4096] + Array(repeating: 100_003, count: 8)
  let channels = try [all.duplicate(), all.duplicate()]
  let seen = Mutex<[[UInt8]]>([])
  inTwoThreads { thread in
    var cut = all
    cut.pieceBytes = 991 + thread
    for (round, count) in counts.enumerated() {
      let send = try cut.isend(pattern(count, seed: 2 * round + thread), to: next, tag: 9)
      let message = try all.receive(tag: 9, polling: Polling(pause: .microseconds(50), longestPause: .microseconds(50)))
      seen.withLock { $0.append(message.bytes) }
      let everybody = try channels[thread].allgather([Int64(count + thread)])
      expect(
        everybody == Array(repeating: [Int64(count + thread)], count: all.size), "thread \(thread) has its own channel")
      try send.wait()
    }
  }
  let expected = counts.enumerated().flatMap { round, count in
    (0..<2).map { pattern(count, seed: 2 * round + $0) }
  }
  let got = seen.withLock { $0 }
  expect(
    got.sorted { $0.lexicographicallyPrecedes($1) } == expected.sorted { $0.lexicographicallyPrecedes($1) },
    "every message of both threads whole, once")
  for channel in channels { try channel.free() }
}

/// Work handed out on demand: a thread of rank 0 answers while all ranks, including rank 0, ask and work.
func checkHandOut(_ all: Communicator) throws {
  let units = 211
  let request = 1, answer = 2, stop = 3
  let everybodyStopped = DispatchSemaphore(value: 0)
  if all.rank == 0 {
    Thread.detachNewThread {
      do {
        var handedOut = 0
        var working = all.size
        var replies: [SendRequest] = []
        while working > 0 {
          let asked = try all.receive(
            tag: request, polling: Polling(pause: .microseconds(100), longestPause: .milliseconds(1)))
          let unit = pattern(handedOut, seed: 1) + pattern(handedOut * 97, seed: handedOut)
          let isLeft = handedOut < units
          replies.append(try all.isend(isLeft ? unit : [], to: asked.source, tag: isLeft ? answer : stop))
          if isLeft { handedOut += 1 } else { working -= 1 }
          try replies.removeAll { try $0.test() }
        }
        for reply in replies { try reply.wait() }
      } catch {
        World.abort(code: 70, because: "mpi-selftest: coordinator: \(error)")
      }
      everybodyStopped.signal()
    }
  }
  var done: [Int64] = []
  while true {
    try all.send([], to: 0, tag: request)
    // Any tag except that of the requests, which on rank 0 go to the other thread.
    var reply: Message?
    while reply == nil {
      if let found = try all.immediateProbe(from: 0, tag: answer) { reply = try found.receive() }
      if reply == nil, let found = try all.immediateProbe(from: 0, tag: stop) { reply = try found.receive() }
    }
    guard let unit = reply, unit.tag == answer else { break }
    let number = unit.bytes.count / 98
    expect(unit.bytes == pattern(number, seed: 1) + pattern(number * 97, seed: number), "unit \(number) is whole")
    done.append(Int64(number))
  }
  if all.rank == 0 { everybodyStopped.wait() }
  let everything = try all.allgather(done).flatMap { $0 }.sorted()
  expect(everything == (0..<Int64(units)).map { $0 }, "each of \(units) units once, got \(everything.count)")
}
