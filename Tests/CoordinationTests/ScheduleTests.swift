import Coordination
import FakeUnits
import Sweep
import Testing

private func names(_ units: [WorkUnit]) -> String { units.map(\.name).joined(separator: " ") }

/// Takes units one by one until there are no more.
private func takeAll(_ schedule: inout Schedule, for place: WorkUnit.Place = .anywhere) -> String {
  var taken: [WorkUnit] = []
  while let unit = schedule.next(for: place, atMost: 1).first { taken.append(unit) }
  return names(taken)
}

private func statuses(_ outcomes: [Outcome]) -> [String: Outcome.Status] {
  // Of units whose names are single letters.
  let names = Dictionary(uniqueKeysWithValues: "abcdefghij".map { (Identity(hex: String($0)), String($0)) })
  return Dictionary(uniqueKeysWithValues: outcomes.map { (names[$0.unit] ?? $0.unit.hex, $0.status) })
}

struct ScheduleOrderTests {
  @Test(
    "longest first, the plan's order within a factor of two",
    arguments: [
      ([1, 1, 1], "0 1 2"),
      ([1, 2, 4], "2 1 0"),
      ([1, 1, 8, 1.5, 3], "2 4 0 1 3"),
      ([5, 4, 7, 6], "0 1 2 3"),
      ([0.1, 1e12, 0.2], "1 2 0"),
      // Predicted costs may be zero or infinite.
      ([0, .leastNonzeroMagnitude, .infinity, 1], "2 3 1 0"),
    ])
  func order(costs: [Double], expected: String) throws {
    let units = costs.enumerated().map { unit("\($0)", cost: $1) }
    var schedule = try Schedule(units: units)
    #expect(takeAll(&schedule) == expected)
  }

  @Test func whatALongChainNeedsComesFirst() throws {
    // cheap + 100 > 10 > 3.
    let units = [
      unit("small", cost: 3), unit("big", cost: 10), unit("cheap"), unit("middle", needs: ["cheap"], cost: 60),
      unit("last", needs: ["middle"], cost: 40),
    ]
    var schedule = try Schedule(units: units)
    #expect(takeAll(&schedule) == "cheap big small")
    #expect(try schedule.record(Outcome("cheap", .done)).count == 1)
    #expect(takeAll(&schedule) == "middle")
  }

  @Test func rootUnitsGoToTheRootAndFirst() throws {
    let units = [unit("a", cost: 9), unit("r", at: .root), unit("b", cost: 9), unit("s", at: .root)]
    var schedule = try Schedule(units: units)
    #expect(schedule.hasReadyRootUnit)
    #expect(names(schedule.next(for: .anywhere)) == "a")
    #expect(names(schedule.next(for: .root)) == "r")
    #expect(names(schedule.next(for: .root)) == "s")
    #expect(!schedule.hasReadyRootUnit)
    #expect(names(schedule.next(for: .root)) == "b")
    #expect(schedule.next(for: .root).isEmpty)

    var others = try Schedule(units: [unit("r", at: .root)])
    #expect(others.next(for: .anywhere).isEmpty)
  }

  @Test(
    "a message carries half of an equal share",
    arguments: [
      // 20 units, 2 ranks: ceil(20 / 4), ceil(15 / 4), ceil(11 / 4), ...
      (2, 1.0, 32, [5, 4, 3, 2, 2, 1, 1, 1, 1]),
      (1, 1.0, 32, [10, 5, 3, 1, 1]),
      (40, 1.0, 32, [Int](repeating: 1, count: 20)),
      // No more than requested.
      (1, 1.0, 3, [3, 3, 3, 3, 3, 3, 1, 1]),
      // 1e9 operations: two units of 4e8, one of 2e9.
      (1, 4e8, 32, [2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1]),
      (1, 2e9, 32, [Int](repeating: 1, count: 20)),
    ])
  func batches(ranks: Int, cost: Double, limit: Int, expected: [Int]) throws {
    var schedule = try Schedule(units: (0..<20).map { unit("\($0)", cost: cost) }, ranks: ranks)
    var sizes: [Int] = []
    while case let batch = schedule.next(for: .anywhere, atMost: limit), !batch.isEmpty { sizes.append(batch.count) }
    #expect(sizes == expected)
  }

  /// Whichever rank takes units, and in whatever order they end: no unit runs before those it needs, each runs once,
  /// all end.
  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func randomPlans(seed: UInt64) throws {
    var state = seed
    func random(_ count: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % count
    }
    let units = (0..<60).map { number in
      let needs = number == 0 ? [] : Set((0..<random(4)).map { _ in random(number) }).sorted()
      return unit(
        "\(number)", needs: needs.map { "\($0)" }, at: random(5) == 0 ? .root : .anywhere, cost: Double(1 + random(9)))
    }
    var schedule = try Schedule(units: units, ranks: 3)
    var running: [WorkUnit] = []
    var done: Set<Identity> = []
    while !schedule.isFinished {
      let taken = schedule.next(for: random(3) == 0 ? .root : .anywhere)
      #expect(taken.allSatisfy { done.isSuperset(of: $0.needs) })
      running += taken
      guard !running.isEmpty, random(2) == 0 else { continue }
      let unit = running.remove(at: random(running.count))
      #expect(done.insert(unit.id).inserted)
      #expect(try schedule.record(Outcome(unit.name, .done)).map(\.unit) == [unit.id])
    }
    #expect(done.count == units.count && running.isEmpty)
    #expect(schedule.remainingCost == 0)
  }
}

struct ScheduleRecordTests {
  /// a <- b <- d, a <- c <- d, e on its own.
  private let diamond = [
    unit("a", cost: 16), unit("b", needs: ["a"], cost: 8), unit("c", needs: ["a"], cost: 4),
    unit("d", needs: ["b", "c"], cost: 2), unit("e"),
  ]

  @Test func needsAreMet() throws {
    var schedule = try Schedule(units: diamond)
    #expect(schedule.needed == Set(["a", "b", "c"].map { Identity(hex: $0) }))
    #expect(takeAll(&schedule) == "a e")
    #expect(try schedule.record(Outcome("a", .done)) == [Outcome("a", .done)])
    #expect(takeAll(&schedule) == "b c")
    #expect(try schedule.record(Outcome("c", .done)).count == 1)
    #expect(takeAll(&schedule).isEmpty)
    var expected = UnitCounts()
    (expected.waiting, expected.running, expected.done) = (1, 2, 2)
    #expect(schedule.counts == expected)
    #expect(schedule.remainingCost == 8 + 2 + 1)
    #expect(try schedule.record(Outcome("b", .done)).count == 1)
    #expect(takeAll(&schedule) == "d")
    for name in ["d", "e"] {
      #expect(!schedule.isFinished)
      _ = try schedule.record(Outcome(name, .done))
    }
    #expect(schedule.isFinished && schedule.counts.done == 5 && schedule.counts.total == 5)
  }

  @Test func aFailureBlocksAllThatNeedIt() throws {
    var schedule = try Schedule(units: diamond)
    #expect(takeAll(&schedule) == "a e")
    let outcomes = try schedule.record(Outcome("a", .failed("NaN")))
    #expect(outcomes.first == Outcome("a", .failed("NaN")))
    let blocked = Outcome.Status.blocked("needs \"a\", which failed")
    #expect(statuses(outcomes) == ["a": .failed("NaN"), "b": blocked, "c": blocked, "d": blocked])
    #expect(!schedule.isFinished)
    _ = try schedule.record(Outcome("e", .done))
    #expect(schedule.isFinished)
    #expect((schedule.counts.done, schedule.counts.failed, schedule.counts.blocked) == (1, 1, 3))
    #expect(schedule.remainingCost == 0)
  }

  @Test func aSecondFailureBlocksOnlyTheRest() throws {
    var schedule = try Schedule(units: diamond)
    _ = takeAll(&schedule)
    _ = try schedule.record(Outcome("a", .done))
    _ = takeAll(&schedule)
    #expect(Set(statuses(try schedule.record(Outcome("b", .failed("x")))).keys) == ["b", "d"])
    #expect(Set(statuses(try schedule.record(Outcome("c", .failed("y")))).keys) == ["c"])
  }

  @Test(arguments: 0...3)
  func retries(_ retries: Int) throws {
    var schedule = try Schedule(units: [unit("a"), unit("b", needs: ["a"])], retries: retries)
    for _ in 0..<retries {
      #expect(takeAll(&schedule) == "a")
      #expect(try schedule.record(Outcome("a", .failed("x"))).isEmpty)
    }
    #expect(takeAll(&schedule) == "a")
    #expect(try schedule.record(Outcome("a", .failed("x"))).count == 2)
    #expect(schedule.isFinished)
  }

  @Test func anInterruptedUnitIsReadyAgain() throws {
    var schedule = try Schedule(units: [unit("a"), unit("r", at: .root)])
    #expect(takeAll(&schedule, for: .root) == "r a")
    for name in ["a", "r", "a"] {
      #expect(try schedule.record(Outcome(name, .interrupted)).isEmpty)
      if name == "a" { #expect(takeAll(&schedule) == "a") }
    }
    #expect(schedule.hasReadyRootUnit)
    #expect(schedule.remainingCost == 2)
  }
}

struct SchedulePlanTests {
  @Test func resumesFromWhatIsFinished() throws {
    // a <- b <- c, d <- e <- f, g.
    let units = [
      unit("a"), unit("b", needs: ["a"]), unit("c", needs: ["b"]), unit("d"), unit("e", needs: ["d"]),
      unit("f", needs: ["e"]), unit("g"),
    ]
    let finished: [Identity: Outcome.Status] = [
      Identity(hex: "a"): .done, Identity(hex: "d"): .failed("x"), Identity(hex: "e"): .blocked("recorded"),
      Identity(hex: "g"): .interrupted, Identity(hex: "not in the plan"): .done,
    ]
    var schedule = try Schedule(units: units, finished: finished)
    // e is already recorded, f is not.
    #expect(statuses(schedule.blockedAtStart) == ["f": .blocked("needs \"d\", which failed")])
    #expect(takeAll(&schedule) == "b g")
    var expected = UnitCounts()
    (expected.waiting, expected.running, expected.done, expected.failed, expected.blocked) = (1, 2, 1, 1, 2)
    #expect(schedule.counts == expected)
  }

  @Test func aFailureThatIsLeftOutIsTriedAgain() throws {
    let units = [unit("a"), unit("b", needs: ["a"])]
    var schedule = try Schedule(units: units, finished: [Identity(hex: "b"): .blocked("needs a")])
    #expect(schedule.blockedAtStart.isEmpty)
    #expect(takeAll(&schedule) == "a")
    _ = try schedule.record(Outcome("a", .done))
    #expect(takeAll(&schedule) == "b")
  }

  @Test func nothingToDoIsFinished() throws {
    #expect(try Schedule(units: []).isFinished)
    #expect(try Schedule(units: [unit("a")], finished: [Identity(hex: "a"): .done]).isFinished)
  }

  @Test func aNeedOutsideThePlanMustBeDone() throws {
    let units = [unit("b", needs: ["a"])]
    var schedule = try Schedule(units: units, finished: [Identity(hex: "a"): .done])
    #expect(takeAll(&schedule) == "b")
    for status in [nil, Outcome.Status.failed("x"), .blocked("x"), .interrupted] {
      #expect(throws: CoordinationError.missingNeed(unit: "b", need: Identity(hex: "a"))) {
        try Schedule(units: units, finished: status.map { [Identity(hex: "a"): $0] } ?? [:])
      }
    }
  }

  @Test func refusesPlansThatCannotBeDone() {
    #expect(throws: CoordinationError.duplicateUnit(name: "a", other: "a")) {
      try Schedule(units: [unit("a"), unit("b"), unit("a")])
    }
    #expect(throws: CoordinationError.cycle(["a", "a"])) {
      try Schedule(units: [unit("a", needs: ["a"])])
    }
    // z depends on the cycle but is not part of it.
    let circle = [unit("z", needs: ["x"]), unit("a"), unit("x", needs: ["a", "y"]), unit("y", needs: ["x"])]
    #expect(throws: CoordinationError.cycle(["x", "y", "x"])) { try Schedule(units: circle) }
  }

  @Test func refusesOutcomesOfUnitsThatDoNotRun() throws {
    var schedule = try Schedule(units: [unit("a"), unit("b", needs: ["a"])])
    for name in ["a", "b", "unknown"] {
      #expect(throws: CoordinationError.unexpectedOutcome(Identity(hex: name))) {
        try schedule.record(Outcome(name, .done))
      }
    }
    _ = takeAll(&schedule)
    #expect(throws: CoordinationError.unexpectedOutcome(Identity(hex: "a"))) {
      try schedule.record(Outcome("a", .blocked("a worker cannot know")))
    }
    _ = try schedule.record(Outcome("a", .done))
    #expect(throws: CoordinationError.unexpectedOutcome(Identity(hex: "a"))) {
      try schedule.record(Outcome("a", .done))
    }
  }
}
