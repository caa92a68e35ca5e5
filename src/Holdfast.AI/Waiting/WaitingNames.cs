namespace Holdfast.AI.Waiting;

/// <summary>
/// The names by which a run that waits for a human's doing is found and woken. They are a public contract: runs that wait for days carry them
/// in their history.
/// </summary>
public static class WaitingNames
{
    /// <summary>Keyword search attribute: what the run waits for (<see cref="Credential"/>, <see cref="Budget"/>), for as long as it waits.</summary>
    public const string SearchAttribute = "HoldfastWaiting";

    /// <summary>Signal with one text, the same as in the search attribute: what was waited for may be there, ask again.</summary>
    public const string ResumeSignal = "holdfast_resume";

    /// <summary>A key is missing, refused or revoked.</summary>
    public static string Credential(string tenant, string reference) => $"credential:{tenant}/{reference}";

    /// <summary>A budget is used up.</summary>
    public static string Budget(string id) => $"budget:{id}";
}
