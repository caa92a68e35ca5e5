using System.Text.RegularExpressions;
using Temporalio.Common;

namespace Holdfast.AI.Tenants;

/// <summary>How a run says whose it is: a public contract, as starters in any language set it.</summary>
public static partial class TenantNames
{
    /// <summary>
    /// Keyword search attribute with the tenant's name. Whoever starts a workflow sets it; a run that is continued as new keeps it, and a
    /// parent passes it to its children. It counts only as the run was started with it: workflow code that changes it later changes nothing.
    /// </summary>
    public const string SearchAttribute = "HoldfastTenant";

    /// <summary>The tenant of all runs that name none.</summary>
    public const string Default = "default";

    /// <summary>The attribute as the SDK's starting calls take it.</summary>
    public static SearchAttributeKey<string> Key { get; } = SearchAttributeKey.CreateKeyword(SearchAttribute);

    /// <summary>Whether a name may be given to a tenant: letters, digits, dot, underscore and hyphen, 100 at most.</summary>
    public static bool IsValid(string name) => Form().IsMatch(name);

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._-]{0,99}\z")]
    private static partial Regex Form();
}
