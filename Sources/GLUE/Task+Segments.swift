public import BERT

extension Task {
  /// The number of segments that a model needs to read the task's rows: 2 for pairs of texts, otherwise 1.
  public var segments: Int { columns.pair == nil ? 1 : 2 }

  /// Checks, before any row is read, that a model has enough segments.
  ///
  /// - Parameter model: where the model is, for the error.
  /// - Throws: ``GLUEError/pairsUnreadable(task:model:segments:)``.
  public func checkSegments(_ limits: InputLimits, model: String) throws(GLUEError) {
    guard segments <= limits.segmentTypes else {
      throw .pairsUnreadable(task: name, model: model, segments: limits.segmentTypes)
    }
  }
}
