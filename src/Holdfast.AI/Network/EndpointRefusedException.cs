namespace Holdfast.AI.Network;

/// <summary>A connection was not made, because it would have gone where a tenant's endpoint must not lead.</summary>
public sealed class EndpointRefusedException(string message) : HttpRequestException(HttpRequestError.ConnectionError, message);
