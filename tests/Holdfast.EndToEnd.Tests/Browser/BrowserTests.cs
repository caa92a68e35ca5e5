namespace Holdfast.EndToEnd.Tests.Browser;

/// <summary>Tests that share one browser, and therefore run one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class BrowserTests : ICollectionFixture<Chromium>
{
    public const string Name = "Browser";
}
