using System.CommandLine;
using System.Globalization;
using Holdfast.AI.Chat;
using Holdfast.AI.Database;
using Holdfast.AI.Secrets;
using Holdfast.AI.Tenants;
using Holdfast.AI.Vault;
using Holdfast.EmailSupport.Mail;
using Temporalio.Client;

namespace Holdfast.EmailSupport.Hosting;

/// <summary>
/// <c>keys</c>: the vault from the command line, beside a program that runs on the same data folder or not. A secret is read from standard input and never
/// from an argument, which other users of the machine could see.
/// </summary>
internal sealed class KeyCommands(TextReader input, TextWriter output, TextWriter error)
{
    private readonly Option<string> data = new("--data")
    {
        Description = "The program's data folder.",
        HelpName = "DIR",
        DefaultValueFactory = _ => "./data",
        Recursive = true,
    };

    private readonly Option<string> by = new("--by")
    {
        Description = "Who does it, for the audit.",
        HelpName = "NAME",
        DefaultValueFactory = _ => Environment.UserName,
        Recursive = true,
    };

    private readonly Option<string?> target = new("--target")
    {
        Description = "The server, to wake what waits for a key at once. Without it, it looks by itself: after half a minute, then more and more seldom, within an hour.",
        HelpName = "HOST:PORT",
        Recursive = true,
    };

    private readonly Argument<string> tenant = new("TENANT") { Description = $"Whose key; \"{TenantNames.Default}\" where there are no tenants." };

    private readonly Argument<string> name = new("NAME") { Description = "The key's name: \"anthropic\" is the one that the model asks for." };

    public Command Build()
    {
        var only = new Option<string?>("--tenant") { Description = "Only this tenant's.", HelpName = "TENANT" };
        var list = new Command("list", "Shows all keys, masked.") { only };
        list.SetAction((parsed, stop) => RunAsync(parsed, (vault, _, _) =>
        {
            List(vault.List(parsed.GetValue(only)));
            return Task.FromResult(0);
        }, stop));

        var provider = new Option<string>("--provider")
        {
            Description = $"What it is for: a model's provider, or \"{MailPassword.VaultUse}\" for a mailbox's password.",
            HelpName = "PROVIDER",
            DefaultValueFactory = _ => "anthropic",
        };
        var type = new Option<string?>("--workflow-type") { Description = "Only workflows of this type use it.", HelpName = "TYPE" };
        var add = new Command("add", "Puts a key in. It is read from standard input, or asked for.") { tenant, name, provider, type };
        add.SetAction((parsed, stop) => RunAsync(parsed, async (vault, actor, cancellation) =>
        {
            var key = await vault.CreateAsync(
                new()
                {
                    Tenant = parsed.GetValue(tenant)!,
                    Name = parsed.GetValue(name)!,
                    Provider = parsed.GetValue(provider)!,
                    WorkflowType = parsed.GetValue(type),
                    Secret = await SecretAsync(cancellation),
                },
                actor, cancellation);
            return Say($"The key {key.Tenant}/{key.Name} is in, as version {key.Version}.");
        }, stop));

        var rotate = OnOne("rotate", "Puts a new version of a key in, from standard input, and erases the one before.", async (vault, key, actor, cancellation) =>
        {
            var now = await vault.RotateAsync(key.Tenant, key.Id, await SecretAsync(cancellation), actor, key.BaseUrl, cancellationToken: cancellation);
            return Say($"The key {now.Tenant}/{now.Name} is in, as version {now.Version}.");
        });
        var revoke = OnOne("revoke", "Withdraws a key at once and erases it. What needs it waits for a new version.", (vault, key, actor, _) =>
        {
            vault.Revoke(key.Tenant, key.Id, actor);
            return Task.FromResult(Say($"The key {key.Tenant}/{key.Name} is revoked."));
        });
        var verify = OnOne("verify", "Asks the provider whether it takes a key. Exit code 0: it does.", async (vault, key, actor, cancellation) =>
        {
            var now = await vault.VerifyAsync(key.Tenant, key.Id, actor, cancellation);
            return now.Status is CredentialStatus.Active
                ? Say($"The provider takes the key {key.Tenant}/{key.Name}.")
                : Fail($"The provider does not take the key {key.Tenant}/{key.Name}: its status is now {Words(now.Status)}.");
        });
        return new("keys", "Lists, adds, rotates, revokes and verifies tenants' keys, also while the program runs.") { data, by, target, list, add, rotate, revoke, verify };
    }

    private Command OnOne(string verb, string description, Func<CredentialVault, CredentialView, VaultActor, CancellationToken, Task<int>> act)
    {
        var type = new Option<string?>("--workflow-type") { Description = "The key that only workflows of this type use.", HelpName = "TYPE" };
        var command = new Command(verb, description) { tenant, name, type };
        command.SetAction((parsed, stop) => RunAsync(parsed, (vault, actor, cancellation) =>
        {
            var (whose, called) = (parsed.GetValue(tenant)!, parsed.GetValue(name)!);
            return vault.List(whose).FirstOrDefault(key => key.Name == called && key.WorkflowType == parsed.GetValue(type)) is { } key
                ? act(vault, key, actor, cancellation)
                : Task.FromResult(Fail($"The tenant {whose} has no key \"{called}\". See \"keys list\"."));
        }, stop));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, Func<CredentialVault, VaultActor, CancellationToken, Task<int>> act, CancellationToken cancellationToken)
    {
        try
        {
            var folder = Path.GetFullPath(parsed.GetValue(data)!);
            if (!Directory.Exists(folder))
                return Fail($"There is no data folder {folder}. Name it with --data.");

            var configuration = Configuration.Read(folder);
            var services = new ServiceCollection();
            services.AddDurableChat(configuration.Model.AddTo);
            services.AddAIDatabase(DataFolder.AIDatabaseIn(folder));
            // Opened here, so that a key file that others can read is told before anything is asked for.
            var wrapper = KeyFile.Open(DataFolder.VaultKeyIn(folder));
            services.AddCredentialVault(_ => wrapper, VaultSettings.Options);
            if (parsed.GetValue(target) is { Length: > 0 } server)
            {
                services.AddSingleton<ITemporalClient>(_ => TemporalClient.CreateLazy(new(server)
                {
                    Namespace = configuration.Server.Namespace,
                    ApiKey = configuration.Server.ApiKey,
                    Tls = configuration.Server.Tls ? new() : null,
                }));
            }

            await using var provider = services.BuildServiceProvider();
            return await act(provider.GetRequiredService<CredentialVault>(), new(parsed.GetValue(by)!), cancellationToken);
        }
        catch (Exception exception) when (exception is StartException or VaultException or AIDatabaseException or IOException or UnauthorizedAccessException)
        {
            return Fail(exception.Message);
        }
    }

    private void List(IReadOnlyList<CredentialView> keys)
    {
        if (keys.Count == 0)
        {
            output.WriteLine("There are no keys.");
            return;
        }

        List<string[]> rows = [["TENANT", "NAME", "FOR", "KEY", "STATUS", "VERSION", "PUT IN", "BY", "LAST USED"]];
        rows.AddRange(keys.Select(key => (string[])
        [
            key.Tenant, key.WorkflowType is null ? key.Name : $"{key.Name} ({key.WorkflowType})", key.Provider, key.Masked, Words(key.Status),
            $"{key.Version}", Time(key.RotatedAt), key.CreatedBy, key.LastUsedAt is { } used ? Time(used) : "never",
        ]));
        var widths = Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length)).ToArray();
        foreach (var row in rows)
            output.WriteLine(string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
    }

    // A terminal shows what is typed, unless each key is taken by itself.
    private async Task<Secret> SecretAsync(CancellationToken cancellationToken)
    {
        if (Console.IsInputRedirected || !ReferenceEquals(input, Console.In))
            return new(await input.ReadLineAsync(cancellationToken));

        error.Write("Key: ");
        var typed = new System.Text.StringBuilder();
        while (Console.ReadKey(intercept: true) is { Key: not ConsoleKey.Enter } key)
        {
            if (key.Key is ConsoleKey.Backspace)
                typed.Length = Math.Max(0, typed.Length - 1);
            else if (!char.IsControl(key.KeyChar))
                typed.Append(key.KeyChar);
        }

        error.WriteLine();
        return new(typed.ToString());
    }

    private int Say(string text)
    {
        output.WriteLine(text);
        return 0;
    }

    private int Fail(string text)
    {
        error.WriteLine($"error: {text.ReplaceLineEndings(" ")}");
        return 1;
    }

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture);

    private static string Words(CredentialStatus status) => status.ToString().ToLowerInvariant();
}
