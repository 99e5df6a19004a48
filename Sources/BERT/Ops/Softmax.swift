internal import LinearAlgebra

/// Softmax over the first `count` numbers of a row padded to whole groups; the padding becomes 0.
func softmax(_ row: UnsafeMutablePointer<Float>, count: Int) {
  var greatest = Lanes(repeating: -.infinity)
  for j in stride(from: 0, to: count, by: 16) {
    let x = row.lanes(at: j).prefix(count - j, filler: -.infinity)
    greatest = greatest.replacing(with: x, where: x .> greatest)
  }
  let maximum = greatest.laneMaximum
  var sum = Lanes.zero
  for j in stride(from: 0, to: count, by: 16) {
    let e = exponential(row.lanes(at: j) - maximum).prefix(count - j)
    row.store(e, at: j)
    sum += e
  }
  let scale = 1 / sum.laneSum
  for j in stride(from: 0, to: count, by: 16) { row.store(row.lanes(at: j) * scale, at: j) }
}

/// dS = P (dP - sum(dP P)) for one row, in place of dP; the padding, where P is 0, becomes 0.
func softmaxBackward(_ gradient: UnsafeMutablePointer<Float>, p: UnsafePointer<Float>, count: Int) {
  var sum = Lanes.zero
  for j in stride(from: 0, to: count, by: 16) { sum = sum.addingProduct(gradient.lanes(at: j), p.lanes(at: j)) }
  let projection = sum.laneSum
  for j in stride(from: 0, to: count, by: 16) {
    gradient.store(p.lanes(at: j) * (gradient.lanes(at: j) - projection), at: j)
  }
}
