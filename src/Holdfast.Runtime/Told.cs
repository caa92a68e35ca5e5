using Holdfast.Engine;

namespace Holdfast.Runtime;

/// <summary>An answer, and the run that gave it.</summary>
public readonly record struct Told<TReply>(Answer<TReply> Answer, RunSnapshot? Run);
