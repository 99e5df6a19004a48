/// The candidate that a misspelt name most likely means; nil when none is near.
///
/// Near is at most a third of the name's letters changed, inserted or removed (at least 2), case aside. Nothing is searched for a name of over 200 bytes, or among over 2000.
func nearest(to name: String, among candidates: [String]) -> String? {
  // The work is the product of both lengths.
  guard name.utf8.count <= 200, candidates.count <= 2000 else { return nil }
  let ranked = candidates.map { (name: $0, distance: editDistance(name.lowercased(), $0.lowercased())) }
  guard let best = ranked.min(by: { $0.distance < $1.distance }), best.distance <= max(2, name.count / 3) else {
    return nil
  }
  return best.name
}

/// The fewest insertions, removals and changes of a letter that turn one text into the other (Levenshtein).
private func editDistance(_ first: String, _ second: String) -> Int {
  let second = Array(second)
  var row = Array(0...second.count)
  for (i, letter) in first.enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for (j, other) in second.enumerated() {
      let change = diagonal + (letter == other ? 0 : 1)
      diagonal = row[j + 1]
      row[j + 1] = min(change, diagonal + 1, row[j] + 1)
    }
  }
  return row[second.count]
}
