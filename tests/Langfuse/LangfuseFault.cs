namespace Holdfast.Tests.Langfuse;

/// <summary>How the stand-in fails a request.</summary>
/// <param name="Status">0: the connection is closed without an answer.</param>
/// <param name="Stores">Whether it takes what was sent all the same: the acknowledgement is what gets lost.</param>
internal sealed record LangfuseFault(int Status, bool Stores = false, string? RetryAfter = null);
