namespace Holdfast.AI.Tests.Chat;

public sealed record OrderFilter(string Country);
