using Holdfast.AI.Vault;
using Microsoft.AspNetCore.DataProtection;

namespace Holdfast.AI.Tests.Vault;

/// <summary>What wraps the tenants' data keys.</summary>
public sealed class KeyFileTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("holdfast-key-").FullName;

    private string Path => System.IO.Path.Combine(folder, "sub", "vault.key");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_missing_file_is_made_for_its_owner_alone_and_stays()
    {
        var id = KeyFile.Open(Path).KeyId;

        Assert.Equal(32, File.ReadAllBytes(Path).Length);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path));
        Assert.Equal(id, KeyFile.Open(Path).KeyId);
        Assert.Single(Directory.GetFiles(System.IO.Path.GetDirectoryName(Path)!));
    }

    [Fact]
    public async Task Programs_that_start_together_agree_on_one_key()
    {
        var ids = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => KeyFile.Open(Path).KeyId)));

        Assert.Single(ids.Distinct());
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.GroupWrite)]
    [InlineData(UnixFileMode.OtherWrite)]
    public void A_file_that_others_can_read_is_refused(UnixFileMode mode)
    {
        if (OperatingSystem.IsWindows())
            return;
        KeyFile.Open(Path);
        File.SetUnixFileMode(Path, File.GetUnixFileMode(Path) | mode);

        Assert.Contains("chmod 600", Assert.Throws<VaultException>(() => KeyFile.Open(Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_no_key_is_refused_and_left_alone()
    {
        KeyFile.Open(Path);
        File.WriteAllText(Path, "too short");

        Assert.Contains("has 9 bytes", Assert.Throws<VaultException>(() => KeyFile.Open(Path)).Message, StringComparison.Ordinal);
        Assert.Equal("too short", File.ReadAllText(Path));
    }

    [Fact]
    public void An_earlier_file_that_is_missing_is_not_made() =>
        Assert.Throws<VaultException>(() => KeyFile.Open(Path, System.IO.Path.Combine(folder, "gone.key")));

    [Fact]
    public async Task Data_protection_wraps_for_one_place_only()
    {
        var wrapper = new DataProtectionWrapper(DataProtectionProvider.Create(new DirectoryInfo(folder)));
        byte[] key = [.. Enumerable.Range(0, 32).Select(n => (byte)n)];

        var wrapped = await wrapper.WrapAsync(key, "kek|acme|1", CancellationToken.None);

        Assert.Equal(key, await wrapper.UnwrapAsync(wrapper.KeyId, wrapped, "kek|acme|1", CancellationToken.None));
        var refusal = await Assert.ThrowsAsync<VaultException>(async () => await wrapper.UnwrapAsync(wrapper.KeyId, wrapped, "kek|other|1", CancellationToken.None));
        Assert.Equal(VaultFailure.Undecryptable, refusal.Failure);
        await Assert.ThrowsAsync<VaultException>(async () => await wrapper.UnwrapAsync("file:other", wrapped, "kek|acme|1", CancellationToken.None));
    }
}
