namespace Holdfast.AI.Limits;

/// <summary>When a call that was not let in is to ask again.</summary>
/// <param name="Wait">From now.</param>
/// <param name="Ahead">How many are before it.</param>
/// <param name="Shut">The provider itself has asked for it, so another provider may be worth asking.</param>
internal sealed record RateTurn(TimeSpan Wait, int Ahead, bool Shut);
