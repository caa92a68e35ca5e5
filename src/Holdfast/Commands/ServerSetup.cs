using System.Net;
using Holdfast.Server;

namespace Holdfast.Commands;

/// <summary>All that one server process is to be, wherever it was read from.</summary>
internal sealed record ServerSetup
{
    public required Action<HoldfastServerOptions> Configure { get; init; }

    public required IPAddress Address { get; init; }

    public required int Port { get; init; }

    /// <summary>Where the dashboard listens; null: there is none.</summary>
    public IPEndPoint? Dashboard { get; init; }

    public required LogOptions Log { get; init; }

    /// <summary>How to choose another port, for the message when one is taken.</summary>
    public required string PortSetting { get; init; }

    public required string DashboardPortSetting { get; init; }

    /// <summary>What to tell the operator before the start, if anything.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}
