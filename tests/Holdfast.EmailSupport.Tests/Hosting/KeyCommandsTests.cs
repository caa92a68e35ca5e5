using System.Text.Json;
using Holdfast.EmailSupport.Hosting;
using Holdfast.EmailSupport.Tests.Mail;
using Temporalio.Client;
using Temporalio.Exceptions;

namespace Holdfast.EmailSupport.Tests.Hosting;

public sealed class KeyCommandsTests : IDisposable
{
    private const string First = "sk-ant-api03-first-canary-0123456789-wxyz";
    private const string Second = "sk-ant-api03-second-canary-0123456789-abcd";

    private readonly string folder = Directory.CreateTempSubdirectory("holdfast-key-commands-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task A_key_is_added_listed_masked_rotated_and_revoked()
    {
        Assert.Equal((0, "There are no keys."), await RunAsync("", "list"));
        Assert.Equal((0, "The key acme/anthropic is in, as version 1."), await RunAsync(First, "add", "acme", "anthropic", "--by", "ada"));
        Assert.Contains("acme    anthropic  anthropic  …wxyz  unverified  1", (await RunAsync("", "list")).Said, StringComparison.Ordinal);
        Assert.Contains("  ada  ", (await RunAsync("", "list", "--tenant", "acme")).Said, StringComparison.Ordinal);
        Assert.Equal((0, "There are no keys."), await RunAsync("", "list", "--tenant", "other"));
        Assert.Equal((0, "The key acme/anthropic is in, as version 2."), await RunAsync(Second, "rotate", "acme", "anthropic"));
        Assert.Contains("…abcd", (await RunAsync("", "list")).Said, StringComparison.Ordinal);
        Assert.Equal((0, "The key acme/anthropic is revoked."), await RunAsync("", "revoke", "acme", "anthropic"));
        Assert.Contains("revoked", (await RunAsync("", "list")).Said, StringComparison.Ordinal);
        Assert.Equal((0, "The key acme/imap is in, as version 1."), await RunAsync("pass wörd", "add", "acme", "imap", "--provider", "mail"));
        Assert.DoesNotContain(Directory.GetFiles(folder), file => File.ReadAllText(file).Contains("canary", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("", "The key is empty.", "add", "acme", "anthropic")]
    [InlineData(First, "There is no provider \"gemini\".", "add", "acme", "anthropic", "--provider", "gemini")]
    [InlineData(First, "A tenant's name has", "add", "Acme Inc", "anthropic")]
    [InlineData(First, "has no key \"anthropic\"", "rotate", "acme", "anthropic")]
    [InlineData("", "has no key \"anthropic\"", "verify", "acme", "anthropic")]
    [InlineData("", "Required argument 'NAME' missing", "revoke", "acme")]
    public async Task What_cannot_be_done_is_said_in_one_line(string secret, string told, params string[] command)
    {
        var (code, said) = await RunAsync(secret, command);

        Assert.Equal(1, code);
        Assert.StartsWith("error: ", Assert.Single(said.Split('\n')), StringComparison.Ordinal);
        Assert.Contains(told, said, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_is_not_there_is_not_made()
    {
        var (code, said) = await RunAsync("", "list", "--data", Path.Combine(folder, "none"));

        Assert.Equal(1, code);
        Assert.Contains("There is no data folder", said, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(folder, "none")));
    }

    [Fact]
    public async Task Mail_that_waits_for_a_key_goes_on_at_once_when_it_is_added_and_the_provider_is_asked_about_it()
    {
        var takes = true;
        await using var provider = await ProviderStandIn.StartAsync(request => !takes ? AnthropicWire.Failure(401, "authentication_error")
            : request.Path.EndsWith("/models", StringComparison.Ordinal) ? StandInReply.Json(200, """{ "data": [], "has_more": false, "first_id": null, "last_id": null }""")
            : AnthropicWire.Answer(request, """{ "category": "thanks", "language": "en", "confidence": 0.9 }"""));
        File.WriteAllText(Path.Combine(folder, "holdfast.json"), JsonSerializer.Serialize(new { Models = new { Use = "Anthropic", Anthropic = new { BaseUrl = provider.Address } } }));
        using var program = RunningProgram.Start(folder);
        var server = await program.ServerAsync();
        var client = await TemporalClient.ConnectAsync(new(server));
        File.WriteAllBytes(Path.Combine(folder, "mail", "one.tmp"), Raw.Mail("Thank you!"));
        File.Move(Path.Combine(folder, "mail", "one.tmp"), Path.Combine(folder, "mail", "inbox", "one.eml"));
        await Eventually.SeesAsync("mail that waits for the key", () => CountAsync("HoldfastWaiting = 'credential:default/anthropic'"));

        // By itself it would look only after half a minute.
        var added = TimeProvider.System.GetTimestamp();
        Assert.Equal(0, (await RunAsync(First, "add", "default", "anthropic", "--target", server)).Code);
        await Eventually.SeesAsync("a request to the provider", () => Task.FromResult(!provider.Requests.IsEmpty ? provider : null));
        Assert.InRange(TimeProvider.System.GetElapsedTime(added).TotalSeconds, 0, 20);

        Assert.Equal((0, "The provider takes the key default/anthropic."), await RunAsync("", "verify", "default", "anthropic"));
        takes = false;
        Assert.Equal((1, "error: The provider does not take the key default/anthropic: its status is now invalid."), await RunAsync("", "verify", "default", "anthropic"));

        async Task<string?> CountAsync(string query)
        {
            try
            {
                return (await client.CountWorkflowsAsync(query)).Count > 0 ? query : null;
            }
            catch (RpcException)
            {
                // The program has not registered the attribute yet.
                return null;
            }
        }
    }

    private async Task<(int Code, string Said)> RunAsync(string secret, params string[] command)
    {
        using var said = new StringWriter();
        using var input = new StringReader(secret + "\n");
        string[] place = command.Contains("--data") ? [] : ["--data", folder];
        var code = await CommandLine.RunAsync(["keys", .. command, .. place], (_, _) => throw new InvalidOperationException("The program was started."), input, said, said);
        return (code, said.ToString().Trim());
    }
}
