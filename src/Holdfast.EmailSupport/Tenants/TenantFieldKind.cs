namespace Holdfast.EmailSupport.Tenants;

/// <summary>How a setting of a tenant is put in.</summary>
internal enum TenantFieldKind
{
    Text,

    Number,

    /// <summary>One of some words.</summary>
    Choice,

    /// <summary>Several texts, one a line.</summary>
    Lines,

    /// <summary>On or off.</summary>
    Switch,
}
