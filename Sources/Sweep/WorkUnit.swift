/// One piece of work that one rank does alone: plain data with an identity.
public struct WorkUnit: Sendable, Hashable, Codable, Identifiable {
  /// Where a unit may be worked on.
  public enum Place: String, Sendable, Codable {
    /// By any rank.
    case anywhere
    /// By rank 0, which has what was gathered.
    case root
  }

  /// The SHA-256 of all that can change a bit of the result.
  public let id: Identity
  /// What a person calls it, such as `SST-2-s0` or `MRPC-s0 x SST-2 (0.8, -1.6)`.
  public let name: String
  /// What is to be done.
  public let work: Work
  /// The units whose outcomes it reads.
  public let needs: [Identity]
  /// Where it may be done.
  public let place: Place
  /// Predicted operations, > 0; decides the order of handing out and the time left, never a result.
  public let cost: Double

  /// A unit from its parts.
  public init(id: Identity, name: String, work: Work, needs: [Identity], place: Place, cost: Double) {
    self.id = id
    self.name = name
    self.work = work
    self.needs = needs
    self.place = place
    self.cost = cost
  }
}
