namespace Holdfast.EmailSupport.Triage;

/// <summary>How many replies went out before this one.</summary>
/// <param name="ToSender">To the same address.</param>
/// <param name="OfTenant">To anybody, in the name of the same tenant; without tenants: of the whole desk.</param>
public sealed record RepliesSoFar(long ToSender, long OfTenant);
