using Temporalio.Api.Common.V1;

namespace Holdfast.Dashboard.Decoding;

/// <summary>Payloads of a message, with what the message calls them: Input, Result, Details…</summary>
public sealed record NamedPayloads(string Name, IReadOnlyList<Payload> Payloads);
