using Holdfast.Engine;

namespace Holdfast.Storage.Inspection;

/// <summary>Something that is wrong in a store: what, as a sentence, and with which run (null: with the store as such).</summary>
public sealed record StoreDamage(RunKey? Run, string Problem);
