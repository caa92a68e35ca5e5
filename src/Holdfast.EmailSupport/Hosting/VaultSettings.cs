using Holdfast.AI.Vault;
using Holdfast.EmailSupport.Mail;

namespace Holdfast.EmailSupport.Hosting;

/// <summary>How this program uses the vault.</summary>
internal static class VaultSettings
{
    public static VaultOptions Options { get; } = new() { PlatformKeysOfDefaultTenant = PlatformKeys.WhenMissing, OtherUses = [MailPassword.VaultUse] };
}
