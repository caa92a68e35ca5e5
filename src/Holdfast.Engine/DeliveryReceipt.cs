namespace Holdfast.Engine;

/// <summary>The other side took the message (now, or at an earlier try). <paramref name="RunId"/> names its run where that matters.</summary>
public sealed record DeliveryReceipt(string RunId = "");
