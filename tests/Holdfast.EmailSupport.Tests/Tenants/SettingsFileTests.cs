using System.Text;
using System.Text.Json.Nodes;
using Holdfast.EmailSupport.Tenants;

namespace Holdfast.EmailSupport.Tests.Tenants;

public sealed class SettingsFileTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("holdfast-settings-file-").FullName;

    private string FilePath => Path.Combine(folder, "holdfast.json");

    private SettingsFile Settings => new(FilePath);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void What_no_page_shows_stays_as_it_is_and_names_count_in_any_case()
    {
        File.WriteAllText(FilePath, """{ "support": { "address": "a@b.test" }, "Imap": { "Host": "h", "User": "u", "Password": "p", "PollEvery": "5s" }, "Models": { "Concurrency": 3 } }""");
        var text = Settings.Read();
        var form = new TenantForm(text.Settings, "default") { ["Support:Address"] = "c@d.test", ["Imap:Port"] = "143" };

        form.WriteInto(text.Settings);

        Assert.True(JsonNode.DeepEquals(
            JsonNode.Parse("""{ "support": { "address": "c@d.test" }, "Imap": { "Host": "h", "User": "u", "Password": "p", "PollEvery": "5s", "Port": 143 }, "Models": { "Concurrency": 3 } }"""),
            text.Settings), text.Settings.ToJsonString());
    }

    [Fact]
    public void A_password_that_goes_into_the_vault_leaves_the_file_and_a_part_that_is_not_used_goes_whole()
    {
        var settings = JsonNode.Parse("""{ "Tenants": { "acme": { "Imap": { "Host": "h", "Password": "p" }, "Smtp": { "Host": "h" } } } }""")!.AsObject();
        var form = new TenantForm(settings, "acme");
        form.Places[TenantField.MailIn] = PasswordPlace.Vault;
        form.Secrets[TenantField.MailIn] = "typed-secret";
        form.Uses[TenantField.MailOut] = false;

        form.WriteInto(settings);

        Assert.Equal("""{"Tenants":{"acme":{"Imap":{"Host":"h","PasswordFrom":"vault:imap"}}}}""", settings.ToJsonString());
    }

    [Fact]
    public void A_file_is_written_whole_for_its_owner_alone_and_one_that_is_there_keeps_its_readers()
    {
        Settings.Write("{}"u8.ToArray(), Settings.Read().Version);
        Assert.Equal("{}", File.ReadAllText(FilePath));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(FilePath));
            File.SetUnixFileMode(FilePath, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
            Settings.Write(Encoding.UTF8.GetBytes("""{ "Support": {} }"""), Settings.Read().Version);
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, File.GetUnixFileMode(FilePath));
        }

        Assert.Equal([FilePath], Directory.GetFiles(folder));
    }

    [Fact]
    public void A_file_that_changed_since_it_was_read_is_left_alone()
    {
        var text = Settings.Read();
        File.WriteAllText(FilePath, "{ }");

        Assert.Contains("was changed", Assert.Throws<SettingsFileException>(() => Settings.Write("{}"u8.ToArray(), text.Version)).Message, StringComparison.Ordinal);
        Assert.Equal("{ }", File.ReadAllText(FilePath));
    }

    [Fact]
    public void A_link_stays_a_link()
    {
        if (OperatingSystem.IsWindows())
            return;

        var target = Path.Combine(folder, "target.json");
        File.WriteAllText(target, "{}");
        File.CreateSymbolicLink(FilePath, target);

        Settings.Write("{ }"u8.ToArray(), Settings.Read().Version);

        Assert.Equal("{ }", File.ReadAllText(target));
        Assert.NotNull(new FileInfo(FilePath).LinkTarget);
    }

    [Theory]
    [InlineData("""{ /* ours */ "Support": {} }""")]
    [InlineData("""{ "Support:Address": "a@b.test" }""")]
    [InlineData("""{ "Support": {}, "Support": {} }""")]
    [InlineData("""[]""")]
    [InlineData("""{ "Support": """)]
    public void What_would_be_lost_by_writing_it_anew_can_only_be_changed_by_hand(string text)
    {
        File.WriteAllText(FilePath, text);

        Assert.Contains("by hand", Assert.Throws<SettingsFileException>(() => Settings.Read()).Message, StringComparison.Ordinal);
    }
}
