/// One piece of work that one rank does alone: plain data with an identity.
public struct WorkUnit: Sendable, Hashable, Identifiable {
  /// Where a unit may be worked on.
  public enum Place: String, Sendable, Codable {
    /// By any rank.
    case anywhere
    /// By rank 0, which has what was gathered.
    case root
  }

  /// The SHA-256 of all that can change a bit of the result.
  public let id: Identity
  /// What a person calls it.
  public let name: String
  /// What is to be done.
  public let work: Work
  /// The units whose outcomes or files it reads.
  public let needs: [Identity]
  /// Where it may be done.
  public let place: Place
  /// Predicted operations, > 0; decides the order of handing out and the time left, never a result.
  public let cost: Double

  /// A unit with the name, needs and place of its work, unless others are given.
  public init(
    id: Identity, work: Work, cost: Double, name: String? = nil, needs: [Identity]? = nil, place: Place? = nil
  ) {
    let ofKind = work.ofKind
    self.id = id
    self.work = work
    self.cost = cost
    self.name = name ?? ofKind.name
    self.needs = needs ?? ofKind.needs
    self.place = place ?? type(of: ofKind).place
  }

  /// What kind of work it is.
  public var kind: Work.Kind { work.kind }
  /// The part of a sweep that progress counts it with.
  public var phase: Phase { work.kind.type.phase }
  /// How many threads share it.
  public var threads: Int { work.ofKind.threads }
}

/// A message carries what does not follow from the work.
extension WorkUnit: Codable {
  private enum Key: CodingKey {
    case id, work, cost, name, needs, place
  }

  /// Id, work, cost, and of the rest what differs from the work's own.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(id, forKey: .id)
    try container.encode(work, forKey: .work)
    try container.encode(cost, forKey: .cost)
    let ofKind = work.ofKind
    if name != ofKind.name { try container.encode(name, forKey: .name) }
    if needs != ofKind.needs { try container.encode(needs, forKey: .needs) }
    if place != type(of: ofKind).place { try container.encode(place, forKey: .place) }
  }

  /// Likewise.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    self.init(
      id: try container.decode(Identity.self, forKey: .id), work: try container.decode(Work.self, forKey: .work),
      cost: try container.decode(Double.self, forKey: .cost),
      name: try container.decodeIfPresent(String.self, forKey: .name),
      needs: try container.decodeIfPresent([Identity].self, forKey: .needs),
      place: try container.decodeIfPresent(Place.self, forKey: .place))
  }
}
