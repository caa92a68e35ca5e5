namespace Holdfast.Commands;

/// <summary>What the process says to whoever started it.</summary>
internal static class ExitCodes
{
    public const int Success = 0;

    /// <summary>The server could not start, or could not go on.</summary>
    public const int Failure = 1;

    /// <summary>The command line or the configuration is wrong.</summary>
    public const int Usage = 2;

    /// <summary>A check found damage.</summary>
    public const int Damage = 3;
}
