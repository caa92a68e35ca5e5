using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Benchmarks;
using Holdfast.Benchmarks.Load;
using Holdfast.Benchmarks.Machine;

namespace Holdfast.AI.Benchmarks;

/// <summary>
/// Many e-mails in the inbox at once: read, answered and sent by the real application on the real server, in processes of their own, with a
/// model that takes a second for each of the two calls of a mail. No person is asked.
/// </summary>
internal static class MailRun
{
    private const int ModelCallsOfAMail = 2;
    private static readonly TimeSpan Latency = TimeSpan.FromSeconds(1);

    public static async Task<int> RunAsync(string serverExecutable, string applicationExecutable, int count, int concurrency, CancellationToken cancel)
    {
        await using var model = await ModelStandIn.StartAsync(Latency, Answer);
        await using var server = await ServerProcess.StartAsync(serverExecutable, inMemory: false, database: null, [], cancel);
        var folder = Directory.CreateTempSubdirectory("holdfast-mails-");
        try
        {
            var inbox = folder.CreateSubdirectory("mail").CreateSubdirectory("inbox");
            var outbox = Path.Combine(folder.FullName, "mail", "outbox");
            File.WriteAllText(Path.Combine(folder.FullName, "holdfast.json"), JsonSerializer.Serialize(new
            {
                Models = new { Concurrency = concurrency, Anthropic = new { ApiKey = "no-key", BaseUrl = model.Address.ToString() } },
            }));

            using var application = Start(applicationExecutable, folder.FullName, server.Address);
            try
            {
                // The first mail pays for starting up.
                Drop(inbox, 0);
                await SentAsync(outbox, 1, application, cancel);

                var before = ProcessFigures.Read(server.ProcessId);
                var bytesBefore = await server.MeasureBytesOnDiskAsync();
                var applicationBefore = ProcessFigures.Read(application.Id);
                var begun = Stopwatch.GetTimestamp();
                for (var number = 1; number <= count; number++)
                    Drop(inbox, number);
                await SentAsync(outbox, count + 1, application, cancel);
                var elapsed = Stopwatch.GetElapsedTime(begun);
                var after = ProcessFigures.Read(server.ProcessId);
                var applicationAfter = ProcessFigures.Read(application.Id);

                var floor = Math.Ceiling((double)count * ModelCallsOfAMail / concurrency) * Latency.TotalSeconds;
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
                    {MachineDescription.Here()}
                    {count} e-mails, {concurrency} model calls at once, {Latency.TotalSeconds:0} s each, {model.Calls} model calls
                    finished in {elapsed.TotalSeconds:0.0} s; the model alone takes {floor:0} s: {(elapsed.TotalSeconds / floor - 1) * 100:+0.0;-0.0} %
                    server CPU per e-mail: {(after.Cpu - before.Cpu).TotalMilliseconds / count:0.0} ms; application CPU per e-mail: {(applicationAfter.Cpu - applicationBefore.Cpu).TotalMilliseconds / count:0.0} ms
                    server RSS: {after.ResidentBytes / 1e6:0} MB; application RSS: {applicationAfter.ResidentBytes / 1e6:0} MB
                    """));
                await StopAsync(application, cancel);
                await server.StopAsync();
                var bytes = (await server.MeasureBytesOnDiskAsync() - bytesBefore) / count;
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"bytes on disk per e-mail: {bytes}, not compacted"));
                return 0;
            }
            finally
            {
                if (!application.HasExited)
                    application.Kill();
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string Answer(JsonNode request) => request.ToJsonString().Contains("You sort", StringComparison.Ordinal)
        ? """{"category":"question","language":"en","needs_approval":false,"reason":"It is harmless.","summary":"The sender asks something.","injection_suspected":false}"""
        : """{"reply":"Hello,\n\nthank you for your mail. A colleague will look into it and write to you.\n\nThe support team","citations":[],"confidence":0.95}""";

    private static Process Start(string executable, string folder, string address)
    {
        var start = new ProcessStartInfo(executable) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["--data", folder, "--target", new Uri(address).Authority, "--ui-port", "0"])
            start.ArgumentList.Add(argument);
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, line) => Console.Error.WriteLine(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private static void Drop(DirectoryInfo inbox, int number)
    {
        var text = JsonSerializer.Deserialize<string>(Prose.Json(number, 2048))!.Replace("\n", "\r\n", StringComparison.Ordinal);
        var mail = string.Create(CultureInfo.InvariantCulture, $"""
            From: customer{number}@customers.example
            To: support@holdfast.example
            Subject: Question {number}
            Message-ID: <{number}.mails@customers.example>
            Date: Mon, 02 Nov 2026 10:00:00 +0000
            Content-Type: text/plain; charset=utf-8

            {text}
            """);
        var partial = Path.Combine(inbox.FullName, $".{number}.partial");
        File.WriteAllText(partial, mail.ReplaceLineEndings("\r\n"));
        File.Move(partial, Path.Combine(inbox.FullName, $"{number}.eml"));
    }

    private static async Task SentAsync(string outbox, int count, Process application, CancellationToken cancel)
    {
        var limit = TimeSpan.FromMinutes(10);
        var begun = Stopwatch.GetTimestamp();
        while (!Directory.Exists(outbox) || Directory.EnumerateFiles(outbox, "*.eml").Count() < count)
        {
            if (application.HasExited)
                throw new BenchmarkException($"The application ended with exit code {application.ExitCode}.");
            if (Stopwatch.GetElapsedTime(begun) > limit)
                throw new BenchmarkException($"After {limit.TotalMinutes:0} minutes there are {Directory.EnumerateFiles(outbox).Count()} replies, not {count}.");
            await Task.Delay(TimeSpan.FromMilliseconds(50), cancel);
        }
    }

    private static async Task StopAsync(Process application, CancellationToken cancel)
    {
        using var kill = Process.Start("kill", ["-TERM", application.Id.ToString(CultureInfo.InvariantCulture)]);
        await application.WaitForExitAsync(cancel);
    }
}
