using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text;

namespace Holdfast.AI.Tests.Samples;

/// <summary>A sample, run as a user runs it: a process of its own.</summary>
internal sealed class SampleProgram : IDisposable
{
    private readonly Process process;
    private readonly StringBuilder output = new();

    private SampleProgram(Process process) => this.process = process;

    public string Output
    {
        get
        {
            lock (output)
                return output.ToString();
        }
    }

    /// <summary>Starts a sample that talks to this server and this model provider.</summary>
    public static SampleProgram Start(string name, string server, Uri provider, params string[] arguments) => StartWith(null, name, server, provider, arguments);

    /// <param name="database">The AI database that it keeps its costs in; null: the sample's own.</param>
    public static SampleProgram StartWith(string? database, string name, string server, Uri provider, params string[] arguments) =>
        StartIn(database is null ? [] : new() { ["AI_DATABASE"] = database }, name, server, provider, arguments);

    /// <param name="environment">Further variables of its environment.</param>
    public static SampleProgram StartIn(Dictionary<string, string> environment, string name, string server, Uri provider, params string[] arguments) =>
        Start(Environment.CurrentDirectory, "", environment, name, server, provider, arguments);

    /// <param name="folder">Where it runs, and so keeps its files.</param>
    /// <param name="input">What it reads on its standard input.</param>
    public static SampleProgram StartAt(string folder, string input, string name, string server, Uri provider, params string[] arguments) =>
        Start(folder, input, [], name, server, provider, arguments);

    private static SampleProgram Start(
        string folder, string input, Dictionary<string, string> environment, string name, string server, Uri provider, string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, WorkingDirectory = folder };
        start.ArgumentList.Add(Path.Combine(Folder(), name, "bin", Configuration, "net10.0", name + ".dll"));
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        start.Environment["TEMPORAL_ADDRESS"] = server;
        start.Environment["ANTHROPIC_BASE_URL"] = provider.ToString();
        start.Environment["ANTHROPIC_API_KEY"] = "test-key";
        foreach (var (variable, value) in environment)
            start.Environment[variable] = value;
        var program = new SampleProgram(Process.Start(start)!);
        program.process.OutputDataReceived += (_, line) => program.Append(line.Data);
        program.process.ErrorDataReceived += (_, line) => program.Append(line.Data);
        program.process.BeginOutputReadLine();
        program.process.BeginErrorReadLine();
        program.process.StandardInput.Write(input);
        program.process.StandardInput.Close();
        return program;
    }

    /// <summary>Waits until the sample has ended by itself.</summary>
    public async Task EndAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        await process.WaitForExitAsync(patience.Token);
        Assert.True(process.ExitCode == 0, Output);
    }

    /// <summary>SIGKILL: it can do nothing about it.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
    }

    public void Dispose()
    {
        if (!process.HasExited)
            process.Kill();
        process.Dispose();
    }

    private void Append(string? line)
    {
        lock (output)
            output.AppendLine(line);
    }

    private static string Configuration => Path.GetFileName(Path.GetDirectoryName(AppContext.BaseDirectory.TrimEnd('/')))!;

    private static string Folder([CallerFilePath] string file = "") => Path.GetFullPath("../../../samples", Path.GetDirectoryName(file)!);
}
