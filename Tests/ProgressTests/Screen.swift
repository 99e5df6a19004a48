/// What a terminal shows, given the few commands that bars need, and whether it got no other commands.
struct Screen {
  private(set) var lines = [""]
  private(set) var row = 0
  private var column = 0
  private(set) var unknown: [String] = []

  mutating func write(_ text: String) {
    var rest = Substring(text)
    while let character = rest.popFirst() {
      switch character {
      case "\n":
        row += 1
        column = 0
        if row == lines.count { lines.append("") }
      case "\r": column = 0
      case "\u{1B}": command(&rest)
      default:
        var line = Array(lines[row])
        while line.count <= column { line.append(" ") }
        line[column] = character
        lines[row] = String(line)
        column += 1
      }
    }
  }

  private mutating func command(_ rest: inout Substring) {
    let text = rest.prefix { !$0.isLetter } + rest.drop { !$0.isLetter }.prefix(1)
    rest = rest.dropFirst(text.count)
    switch text.last {
    case "A": row -= Int(text.dropFirst().dropLast()) ?? 0
    case "K" where text == "[K": lines[row] = String(lines[row].prefix(column))
    case "J" where text == "[J":
      lines[row] = String(lines[row].prefix(column))
      lines.removeLast(lines.count - row - 1)
    default: unknown.append(String(text))
    }
  }
}
