internal import BERT

extension EncodedDataset {
  /// The number of examples with more than `length` tokens. `length` must be at most the length they were encoded with.
  public func cut(to length: Int) -> Int {
    zip(lengths, isCut).count { tokens, isCut in isCut || tokens > length }
  }

  /// The fraction of tokens, 0 to 1, that are `token`, not counting `[CLS]` and `[SEP]`. 0 without tokens.
  public func share(of token: Int32) -> Double {
    var (found, all) = (0, 0)
    for index in 0..<count {
      let (tokens, segments) = sequences[index]
      found += tokens.count { $0 == token }
      all += tokens.count - (segments.last == 1 ? 3 : 2)
    }
    return all > 0 ? Double(found) / Double(all) : 0
  }
}
