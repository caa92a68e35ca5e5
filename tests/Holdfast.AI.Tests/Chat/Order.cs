namespace Holdfast.AI.Tests.Chat;

public sealed record Order(int Number, string Country);
