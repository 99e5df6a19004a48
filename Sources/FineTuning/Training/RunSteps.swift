/// Does steps until none is left, or until the run is asked to stop; saves its state now and then.
///
/// - Parameters:
///   - isDone: whether no step is left.
///   - secondsBetweenSaves: how much work a crash may cost, at least; saving takes at most a hundredth of the time.
///   - save: writes the state to resume from; nil in a process that writes nothing.
///   - step: does the next step, and tells whether the run is asked to stop.
/// - Throws: what `save` and `step` throw.
func runSteps(
  until isDone: () -> Bool, secondsBetweenSaves: Double, save: (() throws -> Void)?, step: () throws -> Bool
) throws -> FineTuning.Ending {
  let clock = ContinuousClock()
  var lastSave = clock.now
  var pause = Duration.seconds(secondsBetweenSaves)
  while !isDone() {
    let stops = try step()
    if isDone() { break }
    if stops {
      try save?()
      return .interrupted
    }
    if let save, clock.now - lastSave > pause {
      let cost = try clock.measure(save)
      pause = max(.seconds(secondsBetweenSaves), cost * 100)
      lastSave = clock.now
    }
  }
  return .finished
}
