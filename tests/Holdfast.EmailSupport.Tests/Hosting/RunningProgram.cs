using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.RegularExpressions;
using Holdfast.EmailSupport.Mail;
using MimeKit;

namespace Holdfast.EmailSupport.Tests.Hosting;

/// <summary>The application as a process of its own, on free ports.</summary>
internal sealed partial class RunningProgram : IDisposable
{
    private readonly Process process;
    private readonly ConcurrentQueue<string> said = [];

    private RunningProgram(Process process) => this.process = process;

    private string Said => string.Join('\n', said);

    public static RunningProgram Start(string data, params string[] flags)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Holdfast.EmailSupport"))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in (string[])["--data", data, "--port", "0", "--ui-port", "0", .. flags])
            start.ArgumentList.Add(argument);
        // The offline rules answer: a test must not depend on what a model says, nor pay for it.
        start.Environment.Remove("ANTHROPIC_API_KEY");
        var program = new RunningProgram(new Process { StartInfo = start });
        program.process.OutputDataReceived += program.Hear;
        program.process.ErrorDataReceived += program.Hear;
        program.process.Start();
        program.process.BeginOutputReadLine();
        program.process.BeginErrorReadLine();
        return program;
    }

    /// <summary>The address of its server, once it says so.</summary>
    public async Task<string> ServerAsync() => (await SaysAsync(Server())).Groups["address"].Value;

    /// <summary>The address of its dashboard, once it says so.</summary>
    public async Task<Uri> DashboardAsync() => new((await SaysAsync(Dashboard())).Groups["address"].Value);

    /// <summary>All mail in the outbox, once there are this many.</summary>
    public Task<IReadOnlyList<MimeMessage>> OutboxAsync(string data, int count) =>
        Eventually.SeesAsync($"{count} mails in the outbox", () =>
        {
            FailIfEnded();
            var folder = new MailFolders(Path.Combine(data, "mail")).Outbox;
            var mails = Directory.Exists(folder) ? Directory.GetFiles(folder, "*.eml") : [];
            return Task.FromResult(mails.Length >= count ? (IReadOnlyList<MimeMessage>)[.. mails.Select(file => MimeMessage.Load(file))] : null);
        });

    /// <summary>Ends it as a power cut does.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
    }

    /// <summary>Waits until it ends by itself.</summary>
    public async Task<(int Code, string Said)> EndAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await process.WaitForExitAsync(limit.Token);
        return (process.ExitCode, Said);
    }

    public void Dispose()
    {
        if (!process.HasExited)
            process.Kill();
        process.Dispose();
    }

    private Task<Match> SaysAsync(Regex line) => Eventually.SeesAsync($"the program to say {line}", () =>
    {
        FailIfEnded();
        return Task.FromResult(line.Match(Said) is { Success: true } match ? match : null);
    });

    private void FailIfEnded()
    {
        if (process.HasExited)
            throw new InvalidOperationException($"The program ended with code {process.ExitCode}. It said:\n{Said}");
    }

    private void Hear(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is { } text)
            said.Enqueue(text);
    }

    [GeneratedRegex(@"Server\s+(?<address>127\.0\.0\.1:\d+)")]
    private static partial Regex Server();

    [GeneratedRegex(@"Dashboard\s+(?<address>http://localhost:\d+)")]
    private static partial Regex Dashboard();
}
