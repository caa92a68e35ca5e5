using System.Text.Json.Nodes;

namespace Holdfast.EmailSupport.Tenants;

/// <summary>The settings file as it was at a moment.</summary>
/// <param name="Version">Of the bytes: another file has another one.</param>
internal sealed record SettingsText(JsonObject Settings, string Version);
