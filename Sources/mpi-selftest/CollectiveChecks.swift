import MPI

func checkCommunicators(_ all: Communicator) throws {
  let twin = try all.duplicate()
  expect(twin.rank == all.rank && twin.size == all.size, "a duplicate has the same ranks")
  try twin.free()

  let node = try all.splitByNode()
  let sizes = try node.allgather([Int64(node.size)])
  expect(sizes == Array(repeating: [Int64(node.size)], count: node.size), "the ranks of a node agree on it")
  try node.free()
}

func checkErrors(_ all: Communicator) throws {
  do {
    try all.send([1, 2, 3], to: 0, tag: -5)
    expect(false, "a tag of -5 is refused")
  } catch MPIError.failed(let routine, _, let errorClass, let text) {
    expect(routine == "MPI_Send" && errorClass > 0 && !text.contains("\n"), "MPI_Send says why, got \(text)")
  }
}

func checkCollectives(_ all: Communicator) throws {
  try all.barrier()
  for pieceBytes in [1, 1000, 4096, 1 << 30] {
    var cut = all
    cut.pieceBytes = pieceBytes
    // A piece holds at least one element; pieces of one element take too long for millions.
    let lengths = pieceBytes == 1 ? [0, 1, 7, 997] : awkwardLengths
    for count in lengths {
      try checkBroadcast(cut, pattern(count, seed: count))
      try checkBroadcast(cut, pattern(count / 4, seed: 1).map { Float($0) / 3 })
      try checkBroadcast(cut, pattern(count / 8, seed: 2).map { Double($0) / 3 })
      try checkBroadcast(cut, pattern(count / 8, seed: 3).map { Int64($0) << 40 })
    }
  }
  for (pieceBytes, count) in [(1, 97), (4096, 5000), (1 << 30, 0), (1 << 30, 1_000_003)] {
    var cut = all
    cut.pieceBytes = pieceBytes
    try checkOrderedSum(cut, count: count)
  }
  for count in [0, 1, 997, 65_537] {
    try checkGathers(all) { pattern(count * $0, seed: $0) }
    try checkGathers(all) { pattern(count * (all.size - $0), seed: $0).map { Float($0) / 3 } }
    try checkGathers(all) { rank in pattern(count, seed: rank).map { Double($0) / 3 } }
    try checkGathers(all) { rank in pattern(rank, seed: count).map { Int64($0) << 40 } }
  }
}

private func checkBroadcast<Scalar: MPIScalar & Equatable>(_ all: Communicator, _ values: [Scalar]) throws {
  let root = values.count % all.size
  var got = all.rank == root ? values : Array(values.prefix(3))
  try all.broadcast(&got, from: root)
  expect(got == values, "\(values.count) x \(Scalar.self) arrive from rank \(root)")
}

/// Six arrays whose sum rounds, spread over the ranks: the bits are those of one rank that adds them in order.
private func checkOrderedSum(_ all: Communicator, count: Int) throws {
  let arrays = (0..<6).map { pattern(count, seed: $0).map { Float($0) / 3 } }
  let expected = arrays.reduce([Float](repeating: 0, count: count)) { zip($0, $1).map(+) }
  let own = arrays[6 * all.rank / all.size..<6 * (all.rank + 1) / all.size]
  // On ranks other than 0, the previous contents of the total must not matter.
  var total = [Float](repeating: all.rank == 0 ? 0 : .nan, count: count)
  try total.withUnsafeMutableBufferPointer { sum in
    try withBuffers(own) { try all.sumInOrder(sum, adding: $0) }
  }
  expect(total.map(\.bitPattern) == expected.map(\.bitPattern), "\(count) sums in order")
}

/// Access to the memory of all arrays at once.
private func withBuffers(
  _ arrays: ArraySlice<[Float]>, _ found: [UnsafeBufferPointer<Float>] = [],
  _ body: ([UnsafeBufferPointer<Float>]) throws -> Void
) rethrows {
  guard let first = arrays.first else { return try body(found) }
  try first.withUnsafeBufferPointer { try withBuffers(arrays.dropFirst(), found + [$0], body) }
}

private func checkGathers<Scalar: MPIScalar & Equatable>(
  _ all: Communicator, _ values: (_ rank: Int) -> [Scalar]
) throws {
  let own = values(all.rank)
  let everything = (0..<all.size).map(values)
  expect(try all.allgather(own) == everything, "all get \(everything.map(\.count)) x \(Scalar.self)")
  for root in 0..<all.size {
    let got = try all.gather(own, to: root)
    expect(
      got == (all.rank == root ? everything : nil), "rank \(root) gets \(everything.map(\.count)) x \(Scalar.self)")
  }
}
