namespace Holdfast.AI.Models;

/// <summary>What a provider needs to make a client for one call.</summary>
/// <param name="Secret">The key; null where the provider needs none.</param>
/// <param name="BaseUrl">The endpoint in place of the provider's own; null: none.</param>
/// <param name="Notes">The handler that all requests go through.</param>
internal sealed record ChatConnection(string Model, string? Secret, Uri? BaseUrl, ResponseNotes Notes, TimeSpan Timeout, IServiceProvider Services)
{
    /// <summary>Names the model and never the key.</summary>
    public override string ToString() => Model;

    /// <summary>A client over connections that all calls share. Disposing it leaves those open.</summary>
    public HttpClient Http() =>
        // The HttpClient's own limit of 100 seconds would cut a long answer short of the call's timeout.
        new(Notes, disposeHandler: false) { Timeout = System.Threading.Timeout.InfiniteTimeSpan };
}
