/// The linear schedule of transformers: rate t / w while t < w = int(warmup x steps), so that the first step's is 0, then
/// falling linearly to 0.
struct LearningRateSchedule {
  /// The greatest learning rate, > 0.
  var greatest: Double
  /// The share of steps in which the rate rises, 0 ... 1.
  var warmup: Double

  /// The learning rate of step t = 0, 1, ...
  func rate(step: Int, of steps: Int) -> Double {
    let warmupSteps = Int(warmup * Double(steps))
    if step < warmupSteps { return greatest * Double(step) / Double(warmupSteps) }
    return greatest * Double(steps - step) / Double(max(1, steps - warmupSteps))
  }
}
