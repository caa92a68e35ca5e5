using Temporalio.Api.Enums.V1;

namespace Holdfast.Engine.Visibility;

#pragma warning disable CA1711 // The protocol's word; nothing to do with .NET's attributes.
/// <summary>
/// A search attribute that a filter names. <paramref name="System"/> is null for one that is set by the workflow or its starter (custom or predefined).
/// </summary>
public sealed record SearchAttribute(string Name, IndexedValueType Type, SystemAttribute? System = null)
{
    /// <summary>
    /// Runs that belong to a division (those of schedules and batch operations) are hidden from every filter that does not name this attribute.
    /// </summary>
    public static SearchAttribute NamespaceDivision { get; } = new("TemporalNamespaceDivision", IndexedValueType.Keyword);
}
