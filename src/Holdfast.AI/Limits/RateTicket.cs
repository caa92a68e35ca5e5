using Holdfast.AI.Chat;

namespace Holdfast.AI.Limits;

/// <summary>A call that wants to make a request.</summary>
/// <param name="Place">The call, the same at each try: it keeps its place in the queue by it. Null: it does not come again.</param>
/// <param name="Request">The request, which is another one at each try.</param>
/// <param name="Key">Whose rates it uses.</param>
/// <param name="Reference">Where a limit for all credentials of a name is found.</param>
/// <param name="Tokens">How many it may take.</param>
internal sealed record RateTicket(string? Place, string Request, string Key, string Reference, string Tenant, long Tokens)
{
    public static RateTicket Of(ModelRequest request, long tokens) =>
        new(request.Place, request.Id, KeyOf(request), ReferenceOf(request), request.Tenant, tokens);

    public static string KeyOf(ModelRequest request) => request.CredentialId ?? ReferenceOf(request);

    private static string ReferenceOf(ModelRequest request) => request.Credential ?? $"provider/{request.Provider}";
}
