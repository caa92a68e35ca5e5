using Temporalio.Client;

namespace Holdfast.AI.Approvals.Links;

/// <summary>How people decide by a link in a mail.</summary>
public sealed class ApprovalLinkOptions
{
    /// <summary>Where the outside reaches this host, such as <c>https://approve.shop.example/</c>. Null: no links are made.</summary>
    public Uri? PublicUrl { get; set; }

    /// <summary>A client of the namespace that a link is about. Throws if this host has nothing to do with it. Required.</summary>
    public Func<string, CancellationToken, Task<ITemporalClient>>? Client { get; set; }

    /// <summary>The groups that a person is in, without <c>group:</c>. Asked at each decision: who has left a group cannot decide for it by an old link.</summary>
    public Func<string, IReadOnlyList<string>> GroupsOf { get; set; } = _ => [];

    /// <summary>
    /// How long a link is taken after its request expired, for clocks that differ. The workflow refuses what comes too late, whatever this says.
    /// Default five minutes.
    /// </summary>
    public TimeSpan ClockSkew { get; set; } = TimeSpan.FromMinutes(5);
}
