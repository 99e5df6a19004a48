import MPI

func checkCommunicators(_ all: Communicator) throws {
  let twin = try all.duplicate()
  expect(twin.rank == all.rank && twin.size == all.size, "a duplicate has the same ranks")
  try twin.free()

  // Odd and even ranks apart, in reverse order.
  let half = try all.split(color: all.rank % 2, key: -all.rank)
  let members = stride(from: all.rank % 2, to: all.size, by: 2).reversed().map { Int64($0) }
  expect(half.size == members.count, "\(members.count) ranks in the half, got \(half.size)")
  let gathered = try half.allgather([Int64(all.rank)])
  expect(gathered == members.map { [$0] }, "the half is \(members), got \(gathered)")
  try half.free()

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
      try checkReductions(cut, pattern(count / 4, seed: 4).map { Float($0) })
      try checkReductions(cut, pattern(count / 8, seed: 5).map { Double($0) })
      try checkReductions(cut, pattern(count / 8, seed: 6).map { Int64($0) })
    }
  }
  for count in awkwardLengths { try checkSameBits(all, count: count / 4) }
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

/// Every rank contributes `values` times its rank + 1: small integers, so that sums are exact in every type and order.
private func checkReductions<Scalar: MPIScalar & Numeric>(_ all: Communicator, _ values: [Scalar]) throws {
  let own = values.map { $0 * scalar(all.rank + 1) }
  let sum = values.map { $0 * scalar(all.size * (all.size + 1) / 2) }
  let largest = values.map { $0 * scalar(all.size) }
  let what = "\(values.count) x \(Scalar.self)"
  expect(try all.allreduce(own, .sum) == sum, "the sum of \(what)")
  expect(try all.allreduce(own, .minimum) == values, "the minimum of \(what)")
  expect(try all.allreduce(own, .maximum) == largest, "the maximum of \(what)")
  let root = (values.count + 1) % all.size
  expect(try all.reduce(own, .sum, to: root) == (all.rank == root ? sum : nil), "the sum of \(what) at rank \(root)")
  guard var floats = own as? [Float] else { return }
  try floats.withUnsafeMutableBufferPointer { try all.sum(inPlace: $0) }
  expect(floats as? [Scalar] == sum, "the sum in place of \(what)")
}

/// Six arrays whose sum rounds, distributed over the ranks. The bits must be those of a single rank that adds them in
/// order.
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

/// Sums that round: every rank must get the same bits, and the same again when the sum is repeated.
private func checkSameBits(_ all: Communicator, count: Int) throws {
  let own = pattern(count, seed: all.rank).map { Float($0) / 3 }
  let sums = try (0..<2).map { _ in try all.allreduce(own, .sum) }
  expect(sums[0].map(\.bitPattern) == sums[1].map(\.bitPattern), "\(count) sums are the same twice")
  var first = sums[0]
  try all.broadcast(&first, from: 0)
  expect(sums[0].map(\.bitPattern) == first.map(\.bitPattern), "\(count) sums are the same on every rank")
}

private func scalar<Scalar: Numeric>(_ value: Int) -> Scalar { Scalar(exactly: value) ?? 0 }

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
