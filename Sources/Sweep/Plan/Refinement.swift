/// The cells of a rectangular grid in an order in which every beginning is a usable, coarser grid.
enum Refinement {
  /// The indices (i, j) by level, coarsest first; within a level i-major, ascending.
  ///
  /// A level has a stride: the largest power of two below the longer axis's points, halved from level to level down to
  /// 1. It holds the points of which both indices are a multiple of the stride or an axis's last, and which no level
  /// before it holds. So the corners come first, and each stage covers the whole range.
  static func levels(_ rows: Int, _ columns: Int) -> [[(i: Int, j: Int)]] {
    var stride = 1
    while 2 * stride < max(rows, columns) { stride *= 2 }
    var levels: [[(i: Int, j: Int)]] = []
    var before: Int?
    while stride >= 1 {
      func isIn(_ index: Int, _ count: Int, _ stride: Int) -> Bool { index % stride == 0 || index == count - 1 }
      var level: [(i: Int, j: Int)] = []
      for i in 0..<rows where isIn(i, rows, stride) {
        for j in 0..<columns where isIn(j, columns, stride) {
          if let before, isIn(i, rows, before), isIn(j, columns, before) { continue }
          level.append((i, j))
        }
      }
      levels.append(level)
      before = stride
      stride /= 2
    }
    return levels
  }
}
