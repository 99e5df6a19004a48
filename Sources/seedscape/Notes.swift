import GLUE

/// Tells of what is decided without a question, a line on standard error each.
func printNotes(_ notices: [String]) {
  for notice in notices { standardError("seedscape: note: \(notice)") }
}

/// The classes of a task with their rows in some splits, such as `classes of reviews: "bad" (600 training, 40 dev), "good"
/// (610 training, 41 dev)`, the first 20 of them; nil for regression.
func listing(classesOf task: String, _ classes: [(label: String, rows: [(split: Split, count: Int)])]) -> String? {
  guard !classes.isEmpty else { return nil }
  let shown = classes.prefix(20).map { label, rows in
    "\(label.shown) (\(rows.map { "\($0.count) \($0.split.called)" }.joined(separator: ", ")))"
  }.joined(separator: ", ")
  return "classes of \(task): " + (classes.count > 20 ? "\(shown), ... (\(classes.count) in all)" : shown)
}

/// The classes of a task with their training and dev rows.
func listing(classesOf task: String, _ classes: [ClassCount]) -> String? {
  listing(classesOf: task, classes.map { ($0.label, [(.train, $0.train), (.dev, $0.dev)]) })
}
