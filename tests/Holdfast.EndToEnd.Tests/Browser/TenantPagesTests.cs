using System.Text.Json.Nodes;
using Holdfast.EndToEnd.Tests.EmailSupport;
using Holdfast.EndToEnd.Tests.MailServers;
using Holdfast.EndToEnd.Tests.Programs;
using Microsoft.Playwright;
using Xunit.Abstractions;
using static Microsoft.Playwright.Assertions;

namespace Holdfast.EndToEnd.Tests.Browser;

/// <summary>The tenants of the e-mail application, as an operator sees, adds and changes them.</summary>
[Collection(BrowserTests.Name)]
public sealed class TenantPagesTests(Chromium chromium, ITestOutputHelper log) : IAsyncLifetime
{
    private const int TestLimitMs = 180_000;
    private const string Canary = "canary-password-0123456789";

    private readonly TemporaryFolder _folder = new();
    private SupportDesk? _desk;
    private DashboardPage _page = null!;

    private string SettingsPath => Path.Combine(_folder.FullName, "holdfast.json");

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        log.WriteLine($"E-mail application:\n{_desk?.Output}");
        if (_desk is not null)
            await _desk.DisposeAsync();
        _folder.Delete();
    }

    [Fact(Timeout = TestLimitMs)]
    public async Task Each_tenant_is_listed_with_its_mailbox_approvers_and_rules_and_no_password()
    {
        await StartAsync($$"""
            {
              "Support": { "Address": "help@shop.test" },
              "Tenants": { "acme": {
                "Support": { "Address": "care@acme.test", "Name": "Acme" },
                "Approval": { "Mode": "Always", "Approvers": ["ada@acme.test", "ben@acme.test"], "RemindMailTo": "ada@acme.test" },
                "Imap": { "Host": "127.0.0.1", "Port": 1, "Security": "None", "User": "care", "Password": "{{Canary}}" },
                "Smtp": { "Host": "127.0.0.1", "Port": 1, "User": "care", "Password": "{{Canary}}" } } }
            }
            """);
        await _page.Page.GotoAsync("/tenants");

        await Expect(_page.Section("default")).ToContainTextAsync("whoever reaches this dashboard");
        var acme = _page.Section("acme");
        foreach (var text in (string[])["Acme <care@acme.test>", "care at 127.0.0.1:1/INBOX", "in the settings", "cannot be reached", "ada@acme.test, ben@acme.test", "Reminders go to ada@acme.test", "always", "unlimited"])
            await Expect(acme).ToContainTextAsync(text);
        await TakeAsync("tenants.png");
        Assert.DoesNotContain(Canary, await _page.Page.ContentAsync(), StringComparison.Ordinal);

        await acme.GetByRole(AriaRole.Link, new() { Name = "Change" }).ClickAsync();
        await Expect(_page.Page.GetByLabel("Who decides", new() { Exact = true })).ToHaveValueAsync("ada@acme.test\nben@acme.test");
        Assert.DoesNotContain(Canary, await _page.Page.ContentAsync(), StringComparison.Ordinal);
        await _page.Page.GotoAsync("/tenants");
        await acme.GetByRole(AriaRole.Link, new() { Name = "Keys" }).ClickAsync();
        await Expect(_page.Page.GetByText("of tenant acme")).ToBeVisibleAsync();
    }

    [Fact(Timeout = TestLimitMs)]
    public async Task A_tenant_that_is_added_is_checked_beside_each_field_and_answers_mail_without_a_restart()
    {
        await StartAsync("""{ "Support": { "Address": "help@shop.test" }, "Approval": { "RemindAfter": ["2h"] } }""");
        await _page.Page.GotoAsync("/tenants/add");
        await NameAsync();
        await FillAsync("Name of the tenant", "Acme Inc");
        await _page.PressAsync("Save");
        await Expect(Entry("Name of the tenant")).ToContainTextAsync("lower-case letters");

        await FillAsync("Name of the tenant", "acme");
        await FillAsync("Address that replies come from", "nobody");
        await FillAsync("A case stays open for", "soon");
        await FillAsync("Who is reminded by mail", "eve@acme.test");
        await _page.Page.Locator("textarea").First.FillAsync("ada@acme.test");
        await FillAsync("Least confidence of the writer", "7");
        await _page.PressAsync("Save");
        await Expect(Entry("Address that replies come from")).ToContainTextAsync("it must be an e-mail address");
        await Expect(Entry("A case stays open for")).ToContainTextAsync("it must be a duration");
        await Expect(Entry("Who is reminded by mail")).ToContainTextAsync("one of Approval:Approvers");
        await Expect(Entry("Least confidence of the writer")).ToContainTextAsync("a number from 0 to 1");
        await TakeAsync("tenant-errors.png");
        Assert.DoesNotContain("acme", await File.ReadAllTextAsync(SettingsPath), StringComparison.Ordinal);

        await FillAsync("Address that replies come from", "care@acme.test");
        await FillAsync("A case stays open for", "");
        await FillAsync("Who is reminded by mail", "ada@acme.test");
        await FillAsync("Least confidence of the writer", "many");
        await _page.PressAsync("Save");
        await Expect(Entry("Least confidence of the writer")).ToContainTextAsync("\"many\" cannot stand here");
        await FillAsync("Least confidence of the writer", "");
        await _page.PressAsync("Save");
        await Expect(_page.Page.GetByText("acme is saved, and in force")).ToBeVisibleAsync();

        var written = JsonNode.Parse(await File.ReadAllTextAsync(SettingsPath))!;
        Assert.Equal("2h", (string?)written["Approval"]!["RemindAfter"]![0]);
        Assert.Equal(("care@acme.test", "ada@acme.test"), ((string?)written["Tenants"]!["acme"]!["Support"]!["Address"], (string?)written["Tenants"]!["acme"]!["Approval"]!["Approvers"]![0]));

        // The program that runs takes its mail in.
        var mails = Path.Combine(_folder.FullName, "tenants", "acme", "mail");
        await File.WriteAllBytesAsync(Path.Combine(mails, "one.tmp"), "From: Grace <grace@customer.test>\r\nTo: care@acme.test\r\nSubject: Thanks\r\nMessage-ID: <one@customer.test>\r\nDate: Mon, 02 Nov 2026 10:00:00 +0000\r\n\r\nThank you for your help!\r\n"u8.ToArray());
        File.Move(Path.Combine(mails, "one.tmp"), Path.Combine(mails, "inbox", "one.eml"));
        var outbox = Path.Combine(mails, "outbox");
        await Eventually.SeesAsync("the answer", () => Task.FromResult(Directory.GetFiles(outbox, "*.eml").Select(File.ReadAllText).ToList()), answers => answers.Any(mail => mail.Contains("care@acme.test", StringComparison.Ordinal)), TimeSpan.FromSeconds(60));
    }

    [Fact(Timeout = TestLimitMs)]
    public async Task A_settings_file_that_was_changed_meanwhile_is_not_written_over()
    {
        await StartAsync("""{ "Support": { "Address": "help@shop.test" } }""");
        await _page.Page.GotoAsync("/tenants/edit?name=default");
        await NameAsync();
        await FillAsync("Name on replies", "The shop");
        const string Theirs = """{ "Support": { "Address": "other@shop.test" } }""";
        await File.WriteAllTextAsync(SettingsPath, Theirs);
        await _page.PressAsync("Save");

        await Expect(_page.Problem.Filter(new() { HasText = "was changed since this page read it" })).ToBeVisibleAsync();
        Assert.Equal(Theirs, await File.ReadAllTextAsync(SettingsPath));

        await _page.PressAsync("Load again");
        await Expect(_page.Page.GetByLabel("Address that replies come from")).ToHaveValueAsync("other@shop.test");
        await FillAsync("Name on replies", "The shop");
        await _page.PressAsync("Save");
        await Expect(_page.Page.GetByText("default is saved, and in force")).ToBeVisibleAsync();
        await _page.Page.GotoAsync("/tenants");
        await Expect(_page.Section("default")).ToContainTextAsync("The shop <other@shop.test>");
    }

    [Fact(Timeout = TestLimitMs)]
    public async Task A_first_mailbox_is_set_up_tried_and_read_and_its_password_is_in_the_vault_alone()
    {
        await using var mail = await MailServer.StartAsync();
        await StartAsync("""{ "Pages": { "PrivateMailServers": true } }""", new() { ["SSL_CERT_FILE"] = mail.Certificate });
        await _page.Page.GotoAsync("/tenants");
        await Expect(_page.Page.GetByText("No mailbox is connected yet")).ToBeVisibleAsync();
        await TakeAsync("first-run.png");
        await _page.Page.GetByRole(AriaRole.Link, new() { Name = "Set up a mailbox" }).First.ClickAsync();
        await Expect(_page.Page.GetByLabel("Name of the tenant")).ToHaveValueAsync("default");
        await NameAsync();
        await FillAsync("Address that replies come from", MailServer.Support);
        await _page.PressAsync("Next");

        await FillAsync("Mail server", "localhost");
        await FillAsync("Port", $"{mail.ImapPort}");
        await _page.Page.GetByLabel("Security").SelectOptionAsync("StartTls");
        await FillAsync("User", MailServer.Support);
        await FillAsync("Put the password in", "wrong");
        await _page.PressAsync("Try the connection");
        await Expect(_page.Page.GetByText("refused this user and password")).ToBeVisibleAsync();
        await TakeAsync("setup-try.png");
        await FillAsync("Put the password in", MailServer.Password);
        await _page.PressAsync("Try the connection");
        await Expect(_page.Page.GetByText("The login works, and the folder is there.")).ToBeVisibleAsync();
        await _page.PressAsync("Next");

        await FillAsync("Mail server", "localhost");
        await FillAsync("Port", $"{mail.SmtpPort}");
        await FillAsync("User", MailServer.Support);
        await FillAsync("Put the password in", MailServer.Password);
        await _page.PressAsync("Try the connection");
        await Expect(_page.Page.GetByText("The login works. Nothing was sent.")).ToBeVisibleAsync();
        await _page.PressAsync("Next");

        await Expect(_page.Section("Approvers")).ToBeVisibleAsync();
        await _page.PressAsync("Next");
        await _page.Page.GetByLabel("Ask Anthropic's models from the next start").CheckAsync();
        await FillAsync("Key of this tenant for Anthropic", "sk-ant-api03-canary-0123456789-abcdefghij-WXYZ");
        await TakeAsync("setup-model.png");
        await _page.PressAsync("Next");
        await _page.PressAsync("Save");
        await Expect(_page.Page.GetByText("default is saved, and in force")).ToContainTextAsync("they count after a restart");

        var written = await File.ReadAllTextAsync(SettingsPath);
        Assert.Contains("vault:imap", written, StringComparison.Ordinal);
        Assert.DoesNotContain(MailServer.Password, written, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", written, StringComparison.Ordinal);
        await _page.Page.GotoAsync("/tenants");
        await Expect(_page.Section("default")).ToContainTextAsync("connected");
        await Expect(_page.Section("default")).ToContainTextAsync("vault, as imap");
        await Expect(_page.Section("default")).ToContainTextAsync("…WXYZ");
    }

    [Fact(Timeout = TestLimitMs)]
    public async Task A_page_names_no_server_of_the_private_network_and_sends_a_kept_password_nowhere_else()
    {
        await StartAsync($$"""{ "Imap": { "Host": "127.0.0.1", "Port": 1, "Security": "None", "User": "care", "Password": "{{Canary}}" } }""");
        await _page.Page.GotoAsync("/tenants/edit?name=default");
        await NameAsync();
        await FillAsync("Mail server", "169.254.169.254");
        await FillAsync("Port", "80");
        await _page.PressAsync("Try the connection");
        await Expect(_page.Page.GetByText("Port 80 is none of mail")).ToBeVisibleAsync();
        await FillAsync("Port", "143");
        await _page.PressAsync("Save");

        await Expect(Entry("Mail server")).ToContainTextAsync("in a private network");
        await Expect(Entry("Password")).ToContainTextAsync("a kept one is not sent elsewhere");
        Assert.DoesNotContain("169.254", await File.ReadAllTextAsync(SettingsPath), StringComparison.Ordinal);
    }

    [Fact(Timeout = TestLimitMs)]
    public async Task Behind_a_proxy_that_signs_people_in_each_tenants_approvers_see_their_own_requests_alone()
    {
        await StartAsync("""
            { "Pages": { "SignedInHeader": "X-Forwarded-Email" }, "Approval": { "Mode": "Always", "Approvers": ["ada@shop.test"] },
              "Tenants": { "acme": { "Approval": { "Mode": "Always", "Approvers": ["ben@acme.test"] } } } }
            """);
        using var nobody = new HttpClient { BaseAddress = _desk!.Dashboard };
        using var turnedAway = await nobody.GetAsync(new Uri("/approvals", UriKind.Relative));
        Assert.Equal(System.Net.HttpStatusCode.Unauthorized, turnedAway.StatusCode);
        foreach (var (mails, subject) in new[] { ("mail", "Ours"), ("tenants/acme/mail", "Theirs") })
        {
            var folder = Path.Combine(_folder.FullName, mails);
            await File.WriteAllTextAsync(Path.Combine(folder, "one.tmp"), $"From: Grace <grace@customer.test>\r\nTo: x@y.test\r\nSubject: {subject}\r\nMessage-ID: <{subject}@customer.test>\r\nDate: Mon, 02 Nov 2026 10:00:00 +0000\r\n\r\nThank you!\r\n");
            File.Move(Path.Combine(folder, "one.tmp"), Path.Combine(folder, "inbox", "one.eml"));
        }

        await _page.Page.Context.SetExtraHTTPHeadersAsync(new Dictionary<string, string> { ["X-Forwarded-Email"] = "ben@acme.test" });
        await _page.OpenApprovalsAsync();
        await Expect(_page.Waiting).ToHaveCountAsync(1);
        await Expect(_page.Waiting).ToContainTextAsync("Theirs");
        await Expect(_page.Name).ToHaveValueAsync("ben@acme.test");
        await Expect(_page.Name).Not.ToBeEditableAsync();
        await TakeAsync("signed-in.png");
        await _page.PressAsync("Approve");
        await Expect(_page.Toast("Approved.")).ToBeVisibleAsync();
        await Expect(_page.Waiting).ToHaveCountAsync(0);
    }

    private ILocator Entry(string label) => _page.Page.Locator(".entry").Filter(new() { Has = _page.Page.GetByText(label, new() { Exact = true }) });

    private async Task FillAsync(string label, string text)
    {
        var field = _page.Page.GetByLabel(label, new() { Exact = true }).First;
        await field.FillAsync(text);
        await field.BlurAsync();
    }

    private async Task StartAsync(string settings, Dictionary<string, string>? environment = null)
    {
        _desk = await SupportDesk.StartWithSettingsAsync(_folder.FullName, settings, environment ?? []);
        _page = new(await chromium.OpenPageAsync(_desk.Dashboard));
    }

    private async Task NameAsync()
    {
        await _page.Name.FillAsync("Ada");
        await _page.Name.BlurAsync();
    }

    private Task TakeAsync(string name) => Environment.GetEnvironmentVariable("HOLDFAST_PICTURES") is { Length: > 0 } folder
        ? _page.Page.ScreenshotAsync(new() { Path = Path.Combine(folder, name), FullPage = true })
        : Task.CompletedTask;
}
