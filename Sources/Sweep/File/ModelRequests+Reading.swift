// What is asked of single models and their paths: trajectories, rollback, curvature.

extension TrajectoryRequest {
  init(_ value: YAMLValue, of grid: CellGrid) throws {
    let keys = try value.mapping(Keys.self)
    let other = try keys[.other]?.task(of: grid)
    cells = try CellSelection(value, of: grid, excluding: other)
    guard let other, cells.tasks.contains(other) else {
      self.other = other
      return
    }
    throw value.unfit("\(other) among the tasks and as other", "another task than those that are followed")
  }
}

extension RollbackRequest {
  init(_ value: YAMLValue, of grid: CellGrid) throws {
    let keys = try value.mapping(Keys.self)
    cells = try CellSelection(value, of: grid)
    groups = try LayerGroup.names(keys.value(.groups))
    layers = try keys.value(.layers).choice()
  }
}

extension CurvatureRequest {
  init(_ value: YAMLValue, of grid: CellGrid) throws {
    let keys = try value.mapping(Keys.self)
    cells = try CellSelection(value, of: grid)
    groups = try LayerGroup.names(keys.value(.groups))
    var effort = CurvatureWork.Effort()
    effort.eigenvalues = try keys.integer(.eigenvalues) ?? effort.eigenvalues
    effort.steps = try keys.integer(.steps) ?? max(effort.steps, effort.eigenvalues)
    effort.probes = try keys.integer(.probes) ?? effort.probes
    effort.seed = try keys.integer(.seed) ?? effort.seed
    self.effort = effort
    if let steps = keys[.steps], effort.steps < effort.eigenvalues {
      throw steps.wrong("at least as many as eigenvalues, \(effort.eigenvalues)")
    }
    guard effort.eigenvalues + effort.probes > 0 else {
      throw value.unfit("no eigenvalues and no probes", "at least one of them")
    }
  }
}

extension SweepFile {
  /// The Hessians that are looked at. A cell and group have one effort: rows of a table do not say which.
  static func curvatures(_ value: YAMLValue, of grid: CellGrid) throws -> [CurvatureRequest] {
    let values = try value.list(of: "curvatures", mayBeEmpty: true)
    let requests = try value.list(of: "curvatures", mayBeEmpty: true, distinctBy: \.self) {
      try CurvatureRequest($0, of: grid)
    }
    for (index, request) in requests.enumerated() {
      for (other, earlier) in zip(values, requests[..<index]) where earlier.effort != request.effort {
        // Cheap where entries have nothing in common: they may be a thousand.
        guard !Set(request.groups).isDisjoint(with: earlier.groups), request.cells.overlaps(earlier.cells) else {
          continue
        }
        throw values[index].unfit(
          "a second curvature of the same cells and groups as in line \(other.place.line), with other numbers",
          "one for each cell and group")
      }
    }
    return requests
  }
}
