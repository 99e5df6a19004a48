import Foundation

/// The loss of each example, in Float64 from Float32 logits, [B, N]: -log softmax(logits)[class], or (logit - value)^2.
///
/// NaN and infinity come out as they come in.
public func exampleLosses(logits: [Float], targets: Targets) -> [Double] {
  precondition(logits.count == targets.count * targets.outputs, "every example has a logit for each output")
  return logits.withUnsafeBufferPointer { all in
    all.baseAddress.map { exampleLosses(logits: $0, targets: targets) } ?? []
  }
}

/// As above, of logits in a workspace.
package func exampleLosses(logits: UnsafePointer<Float>, targets: Targets) -> [Double] {
  switch targets.labels {
  case .classes(let classes):
    return classes.indices.map { example in
      let row = logits + example * targets.outputs
      return logSumExp(row, targets.outputs) - Double(row[classes[example]])
    }
  case .values(let values):
    return values.indices.map { example in
      let error = Double(logits[example]) - values[example]
      return error * error
    }
  }
}

/// The gradient of `scale` x the sum of the example losses with respect to the logits, [B, N].
package func lossGradient(
  logits: UnsafePointer<Float>, targets: Targets, scale: Double, into gradient: UnsafeMutablePointer<Float>
) {
  let outputs = targets.outputs
  switch targets.labels {
  case .classes(let classes):
    for example in classes.indices {
      let row = logits + example * outputs
      let total = logSumExp(row, outputs)
      for n in 0..<outputs {
        let probability = exp(Double(row[n]) - total)
        gradient[example * outputs + n] = Float(scale * (probability - (n == classes[example] ? 1 : 0)))
      }
    }
  case .values(let values):
    for example in values.indices {
      gradient[example] = Float(scale * 2 * (Double(logits[example]) - values[example]))
    }
  }
}

private func logSumExp(_ row: UnsafePointer<Float>, _ count: Int) -> Double {
  var greatest = Double(row[0])
  for n in 1..<max(count, 1) where Double(row[n]) > greatest { greatest = Double(row[n]) }
  var sum = 0.0
  for n in 0..<count { sum += exp(Double(row[n]) - greatest) }
  return greatest + log(sum)
}
