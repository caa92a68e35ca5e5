using Holdfast.AI.Database;
using Holdfast.AI.Vault;
using Holdfast.EmailSupport.Hosting;
using Holdfast.EmailSupport.Mail;
using Holdfast.EmailSupport.Mail.Outbox;
using Holdfast.EmailSupport.Prompts;
using Holdfast.EmailSupport.Triage;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.EmailSupport.Tests.Hosting;

public sealed class ConfigurationTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("holdfast-settings-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Without_any_setting_replies_stay_on_the_machine_and_approvals_wait_three_days()
    {
        var configuration = Configuration.From(new(), anthropicKeyOfEnvironment: null, PromptLibrary.Own);

        var tenant = Assert.Single(configuration.Tenants);
        Assert.Null(tenant.Smtp);
        Assert.False(configuration.Model.HasKey);
        Assert.Equal(ApprovalMode.WhenNeeded, tenant.Policy.Approval);
        Assert.Equal([TimeSpan.FromHours(4), TimeSpan.FromHours(20)], tenant.Policy.Times.RemindAfter);
        Assert.Equal(TimeSpan.FromHours(72), tenant.Policy.Times.ExpireAfter);
    }

    [Fact]
    public void Langfuse_is_asked_for_by_its_keys()
    {
        var configuration = Read("""{ "Langfuse": { "PublicKey": "pk-lf-1", "SecretKey": "sk-lf-1", "Environment": "production", "Content": false } }""");

        Assert.Equal(("production", false), (configuration.Langfuse!.Environment, configuration.Langfuse.Content));
        Assert.DoesNotContain("lf-1", configuration.ToString(), StringComparison.Ordinal);
        Assert.Null(Configuration.From(new(), anthropicKeyOfEnvironment: null, PromptLibrary.Own).Langfuse);
    }

    [Fact]
    public void A_tenant_may_have_a_project_of_its_own_in_Langfuse_whose_key_stands_in_a_file()
    {
        File.WriteAllText(Path.Combine(folder, "langfuse.txt"), "sk-lf-acme\n");
        var langfuse = Read(
            """
            { "Langfuse": { "PublicKey": "pk-lf-1", "SecretKey": "sk-lf-1" },
              "Tenants": { "acme": { "Langfuse": { "BaseUrl": "https://langfuse.acme.test", "PublicKey": "pk-lf-acme", "SecretKeyFrom": "file:langfuse.txt", "Content": false } }, "other": {} } }
            """).Langfuse!;

        var (tenant, project) = Assert.Single(langfuse.TenantProjects);
        Assert.Equal(("acme", "https://langfuse.acme.test/", "pk-lf-acme", "sk-lf-acme", false), (tenant, project.BaseUrl.AbsoluteUri, project.PublicKey, project.SecretKey, project.Content));
    }

    [Theory]
    [InlineData("""{ "Tenants": { "acme": { "Langfuse": { "PublicKey": "p", "SecretKey": "s" } } } }""", "a Langfuse outside of Tenants")]
    [InlineData("""{ "Langfuse": { "PublicKey": "p", "SecretKey": "s" }, "Tenants": { "acme": { "Langfuse": { "PublicKey": "p" } } } }""", "Tenants:acme:Langfuse:SecretKey is")]
    [InlineData("""{ "Langfuse": { "PublicKey": "p", "SecretKey": "s" }, "Tenants": { "acme": { "Langfuse": { "PublicKey": "p", "SecretKeyFrom": "file:none" } } } }""", "Tenants:acme:Langfuse:SecretKeyFrom")]
    [InlineData("""{ "Langfuse": { "PublicKey": "pk-lf-1" } }""", "both keys")]
    [InlineData("""{ "Langfuse": { "PublicKey": "p", "SecretKey": "s", "Environment": "Über" } }""", "Environment")]
    [InlineData("""{ "Langfuse": { "PublicKey": "p", "SecretKey": "s", "BaseUrl": "ftp://x" } }""", "BaseUrl")]
    public void Settings_of_Langfuse_that_cannot_be_used_are_named(string settings, string named) =>
        Assert.Contains(named, Assert.Throws<StartException>(() => Read(settings)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_settings_file_is_read()
    {
        var configuration = Read(
            """
            {
              "Support": { "Address": "help@shop.test", "Name": "Shop" },
              "Approval": { "Mode": "always", "RemindAfter": ["30m"], "ExpireAfter": "2d", "RemindMailTo": "boss@shop.test", "Approvers": ["Boss@shop.test", "Ada"],
                "AnswerAlone": ["thanks", "bug"], "MinConfidence": 0.9, "FirstReplies": 2, "FirstRepliesOfTenant": 20 },
              "Smtp": { "Host": "mail.shop.test", "Port": 465, "Security": "Tls", "User": "u", "Password": "p", "WhenUnsure": "AskPerson" },
              "Models": { "Anthropic": { "ApiKey": "key-of-file", "Model": "claude-haiku-5-5" } }
            }
            """);

        var tenant = configuration.Tenants[0];
        Assert.Equal("Shop <help@shop.test>", tenant.Identity.Address.ToString());
        Assert.Equal(ApprovalMode.Always, tenant.Policy.Approval);
        Assert.Equal([EmailCategory.Thanks, EmailCategory.Bug], tenant.Policy.AnswerAlone);
        Assert.Equal((0.9, 2, 20), (tenant.Policy.MinConfidence, tenant.Policy.FirstReplies, tenant.Policy.FirstRepliesOfTenant));
        Assert.Equal([TimeSpan.FromMinutes(30)], tenant.Policy.Times.RemindAfter);
        Assert.Equal(TimeSpan.FromDays(2), tenant.Policy.Times.ExpireAfter);
        Assert.Equal("boss@shop.test", tenant.RemindMailTo!.Address);
        Assert.Equal(["Boss@shop.test", "Ada"], tenant.Policy.Approvers);
        Assert.Equal(new SmtpSettings { Host = "mail.shop.test", Port = 465, Security = MailSecurity.Tls, User = "u", Password = "p", WhenUnsure = WhenUnsure.AskPerson }, tenant.Smtp! with { CopyTo = [] });
        Assert.DoesNotContain("p,", tenant.Smtp.ToString(), StringComparison.Ordinal);
        Assert.Equal("key-of-file", configuration.Model.AnthropicApiKey);
        Assert.Equal("claude-haiku-5-5", configuration.Model.Model);
    }

    [Fact]
    public void Each_tenant_has_settings_of_its_own()
    {
        var configuration = Read(
            """
            {
              "Support": { "Address": "help@shop.test" },
              "Smtp": { "Host": "mail.shop.test" },
              "Tenants": { "acme": { "Support": { "Address": "care@acme.test", "Name": "Acme" }, "Approval": { "Mode": "Always" } } }
            }
            """);

        Assert.Equal(["default", "acme"], configuration.Tenants.Select(tenant => tenant.Identity.Tenant));
        var acme = configuration.Tenants[1];
        Assert.Equal("Acme <care@acme.test>", acme.Identity.Address.ToString());
        Assert.Equal(ApprovalMode.Always, acme.Policy.Approval);
        // Never another tenant's mail server: what a tenant does not say is not taken from the default one.
        Assert.Null(acme.Smtp);
    }

    [Theory]
    [InlineData("""{ "Tenants": { "Acme Inc": {} } }""", "lower-case letters")]
    [InlineData("""{ "Tenants": { "default": {} } }""", "the settings outside of Tenants")]
    [InlineData("""{ "Tenants": { "acme": { "Imap": { "Host": "h" } } } }""", "Tenants:acme:Imap:User")]
    [InlineData("""{ "Suport": {} , "Approval": { "Expire": "1h" } }""", "there is no setting 'Suport'.")]
    [InlineData("""{ "Approval": { "ExpireAfter": "soon" } }""", "Approval:ExpireAfter")]
    [InlineData("""{ "Approval": { "ExpireAfter": "0s" } }""", "Approval:ExpireAfter")]
    [InlineData("""{ "Approval": { "Mode": "Never" } }""", "WhenNeeded, Always")]
    [InlineData("""{ "Approval": { "Mode": "1" } }""", "Approval:Mode")]
    [InlineData("""{ "Approval": { "AnswerAlone": ["spam"] } }""", "other, billing, bug, complaint, question, thanks")]
    [InlineData("""{ "Approval": { "MinConfidence": 70 } }""", "Approval:MinConfidence")]
    [InlineData("""{ "Approval": { "FirstReplies": -1 } }""", "Approval:FirstReplies")]
    [InlineData("""{ "Support": { "Address": "nobody" } }""", "Support:Address")]
    [InlineData("""{ "Smtp": { "Port": 25 } }""", "Smtp:Host")]
    [InlineData("""{ "Smtp": { "Host": "h", "Port": 0 } }""", "Smtp:Port")]
    [InlineData("""{ "Smtp": { "Host": "h", "Port": "many" } }""", "Smtp:Port")]
    [InlineData("""{ "Tenants": { "acme": { "Approval": { "MinConfidence": "many" } } } }""", "'many' at 'Tenants:acme:Approval:MinConfidence'")]
    [InlineData("""{ "Tenants": { "acme": { "Suport": {} } } }""", "there is no setting 'Suport'.")]
    [InlineData("""{ "Models": { "Concurrency": 0 } }""", "Models:Concurrency")]
    [InlineData("""{ "Models": { "Use": "Gemini" } }""", "Models:Use")]
    [InlineData("""{ "Models": { "Anthropic": { "BaseUrl": "ftp://x" } } }""", "Models:Anthropic:BaseUrl")]
    [InlineData("""{ "Approval": { "Approvers": ["group:leads"] } }""", "Approval:Approvers")]
    [InlineData("""{ "Approval": { "Approvers": ["ada@shop.test"], "RemindMailTo": "ben@shop.test" } }""", "the address of one of Approval:Approvers")]
    [InlineData("""{ "Imap": { "Host": "h", "User": "u" } }""", "Imap:PasswordFrom must say where it is")]
    [InlineData("""{ "Imap": { "Host": "h", "User": "u", "PasswordFrom": "secret" } }""", "env:NAME, file:PATH or vault:NAME")]
    [InlineData("""{ "Imap": { "Host": "h", "User": "u", "PasswordFrom": "env:HOLDFAST_NOT_SET" } }""", "an environment variable that is set")]
    [InlineData("""{ "Imap": { "Host": "h", "User": "u", "PasswordFrom": "file:not-there" } }""", "a file that is there")]
    [InlineData("""{ "Smtp": { "Host": "h", "User": "u", "Password": "p", "PasswordFrom": "vault:smtp" } }""", "left out where Smtp:Password is given")]
    [InlineData("""{ "Support": """, "is not valid JSON")]
    public void A_wrong_setting_is_named(string json, string named) =>
        Assert.Contains(named, Assert.Throws<StartException>(() => Read(json)).Message, StringComparison.Ordinal);

    [Fact]
    public void The_key_of_the_environment_is_used_when_the_settings_hold_none()
    {
        Assert.Equal("env", Configuration.From(new(), "env", PromptLibrary.Own).Model.AnthropicApiKey);
        Assert.Equal("own", Configuration.From(new() { Models = { Anthropic = { ApiKey = "own" } } }, "env", PromptLibrary.Own).Model.AnthropicApiKey);
    }

    [Fact]
    public void Prompts_of_the_teams_own_are_those_of_new_mail()
    {
        Directory.CreateDirectory(Path.Combine(folder, "prompts", "support-writer"));
        File.WriteAllText(Path.Combine(folder, "prompts", "support-writer", "7.md"), "Be kind.");

        var policy = Read("{}").Tenants[0].Policy;

        Assert.Equal(("support-writer/7", "Be kind."), (policy.WriterPrompt.Id, policy.WriterPrompt.Text));
        Assert.Equal("support-reader/1", policy.ReaderPrompt.Id);
    }

    [Fact]
    public void A_model_can_be_used_without_a_key_here_and_left_out_with_one()
    {
        Assert.True(Configuration.From(new() { Models = { Use = "Anthropic" } }, null, PromptLibrary.Own).Model.IsUsed);
        Assert.False(Configuration.From(new() { Models = { Use = "offline" } }, "env", PromptLibrary.Own).Model.IsUsed);
    }

    [Fact]
    public void All_that_is_wrong_is_told_at_once()
    {
        var told = Assert.Throws<StartException>(() => Read("""{ "Approval": { "Mode": "Never" }, "Tenants": { "acme": { "Smtp": { "Port": 0 } } } }""")).Message;

        Assert.All((string[])["setting Approval:Mode is", "setting Tenants:acme:Smtp:Host is", "setting Tenants:acme:Smtp:Port is"], named => Assert.Contains(named, told, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_password_is_read_from_where_the_settings_say_each_time_and_never_printed()
    {
        var file = Path.Combine(folder, "imap.txt");
        await File.WriteAllTextAsync(file, "first\n");
        var imap = Read("""{ "Imap": { "Host": "h", "User": "u", "PasswordFrom": "file:imap.txt" } }""").Tenants[0].Imap!;

        Assert.Equal("first", await imap.Password.ReadAsync(default));
        await File.WriteAllTextAsync(file, "second");
        Assert.Equal("second", await imap.Password.ReadAsync(default));
        File.Delete(file);
        Assert.Contains(file, (await Assert.ThrowsAsync<MailPasswordException>(async () => await imap.Password.ReadAsync(default))).Message, StringComparison.Ordinal);

        Environment.SetEnvironmentVariable("HOLDFAST_TEST_PASSWORD", "of the environment");
        Assert.Equal("of the environment", await Read("""{ "Imap": { "Host": "h", "User": "u", "PasswordFrom": "env:HOLDFAST_TEST_PASSWORD" } }""").Tenants[0].Imap!.Password.ReadAsync(default));
        Assert.DoesNotContain("hidden", Read("""{ "Imap": { "Host": "h", "User": "u", "Password": "hidden" } }""").Tenants[0].Imap!.Password.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_password_of_the_vault_is_the_tenants_own_and_the_newest()
    {
        using var services = new ServiceCollection()
            .AddAIDatabase(Path.Combine(folder, "ai.db"))
            .AddCredentialVault(Path.Combine(folder, "vault.key"), new() { OtherUses = [MailPassword.VaultUse] })
            .BuildServiceProvider();
        var vault = services.GetRequiredService<CredentialVault>();
        var password = Read("""{ "Tenants": { "acme": { "Imap": { "Host": "h", "User": "u", "PasswordFrom": "vault:imap" } } } }""").Tenants[1].Imap!.Password.In(vault);
        await vault.CreateAsync(new() { Tenant = "default", Name = "imap", Provider = MailPassword.VaultUse, Secret = new("another's") }, new("ada"));

        Assert.Contains("put it in", (await Assert.ThrowsAsync<MailPasswordException>(async () => await password.ReadAsync(default))).Message, StringComparison.Ordinal);
        var kept = await vault.CreateAsync(new() { Tenant = "acme", Name = "imap", Provider = MailPassword.VaultUse, Secret = new("pass wörd") }, new("ada"));
        Assert.Equal("pass wörd", await password.ReadAsync(default));
        await vault.RotateAsync("acme", kept.Id, new("a newer and longer one"), new("ada"));
        Assert.Equal("a newer and longer one", await password.ReadAsync(default));
        Assert.Equal("…", vault.Find("acme", kept.Id)!.Masked);
        vault.Revoke("acme", kept.Id, new("ada"));
        await Assert.ThrowsAsync<MailPasswordException>(async () => await password.ReadAsync(default));
    }

    [Fact]
    public void A_tenants_prompt_takes_the_place_of_the_teams_file_of_that_name_alone()
    {
        Prompt("prompts", "support-writer/7.md", "Be kind.");
        Prompt("prompts", "support-reader/3.md", "Read well.");
        Prompt("tenants/acme/prompts", "support-writer/2.md", "Be brief.");

        var (ours, acme) = Read("""{ "Tenants": { "acme": {} } }""").Tenants is [var first, var second] ? (first.Policy, second.Policy) : default;

        Assert.Equal(("support-writer/7", "support-reader/3"), (ours!.WriterPrompt.Id, ours.ReaderPrompt.Id));
        Assert.Equal((new("support-writer", 2, "Be brief."), "support-reader/3"), (acme!.WriterPrompt, acme.ReaderPrompt.Id));
    }

    private void Prompt(string place, string file, string text)
    {
        var path = Path.Combine(folder, place, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    private Configuration Read(string json)
    {
        File.WriteAllText(Path.Combine(folder, Configuration.FileName), json);
        return Configuration.Read(folder);
    }
}
