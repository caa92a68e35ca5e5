using System.Globalization;
using Holdfast.AI.Costs;

namespace Holdfast.AI.Dashboard;

/// <summary>Amounts as people read them.</summary>
internal static class UsdText
{
    /// <summary>Two digits after the point, or four where that would say nothing: <c>12.30</c>, <c>0.0042</c>.</summary>
    public static string Of(decimal usd) => usd is 0 || Math.Abs(usd) >= 1
        ? usd.ToString("#,0.00", CultureInfo.InvariantCulture)
        : usd.ToString("0.0000##", CultureInfo.InvariantCulture);

    /// <summary>A sum of which some parts may not be known: it is then at least this.</summary>
    public static string Of(CostSum sum) =>
        sum.UnknownCosts == 0 ? Of(sum.CostUsd) : sum.CostUsd == 0 ? "unknown" : $"{Of(sum.CostUsd)} or more";
}
