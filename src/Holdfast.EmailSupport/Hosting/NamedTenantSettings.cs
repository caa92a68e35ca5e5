namespace Holdfast.EmailSupport.Hosting;

/// <summary>The settings of a tenant beside the default one.</summary>
internal sealed class NamedTenantSettings : TenantSettings
{
    /// <summary>A project in Langfuse of its own. Absent: its cases go where those of all go.</summary>
    public SupportSettings.LangfuseProjectSection? Langfuse { get; set; }
}
