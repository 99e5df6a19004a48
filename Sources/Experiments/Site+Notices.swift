internal import GLUE
internal import Sweep

extension Site {
  /// What a user would want to know about a task's rows and what the sweep does with them.
  func notices(_ rows: TaskRows) -> [String] {
    let recipes = recipes(of: rows.task.name)
    var notices = rows.task.notices([(.train, rows.train), (.dev, rows.dev)])
    for count in Set(recipes.compactMap(\.trainRows)).sorted() {
      notices += rows.task.notices(first: count, of: rows.train, called: "train_rows")
    }
    return notices
      + Notices.of(
        rows.task.name, [(.train, rows.encodedTrain), (.dev, rows.encodedDev)],
        maxLengths: Set(recipes.map(\.maxLength)).sorted(), tokenizer: tokenizer)
  }
}
