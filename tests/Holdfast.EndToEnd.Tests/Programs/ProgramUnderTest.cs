using System.Collections.Concurrent;
using System.Diagnostics;

namespace Holdfast.EndToEnd.Tests.Programs;

/// <summary>A program that runs beside the test until the test kills it.</summary>
internal sealed class ProgramUnderTest : IAsyncDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly TaskCompletionSource _said;

    private ProgramUnderTest(ProcessStartInfo start, string? announcement)
    {
        _said = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        start.RedirectStandardInput = true;
        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.Exited += (_, _) => _said.TrySetException(new InvalidOperationException($"{start.FileName} ended."));
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();

        void Keep(string? line)
        {
            if (line is null)
                return;
            _output.Enqueue(line);
            if (line == announcement)
                _said.TrySetResult();
        }
    }

    public int ProcessId => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>All that the program has written so far.</summary>
    public string Output => string.Join('\n', _output);

    public static ProgramUnderTest Start(ProcessStartInfo start) => new(start, announcement: null);

    /// <summary>Starts a program and waits until it writes a line that says exactly this.</summary>
    public static async Task<ProgramUnderTest> StartAsync(ProcessStartInfo start, string announcement, TimeSpan limit)
    {
        var program = new ProgramUnderTest(start, announcement);
        try
        {
            await program._said.Task.WaitAsync(limit);
            return program;
        }
        catch (Exception e) when (e is TimeoutException or InvalidOperationException)
        {
            var output = program.Output;
            await program.DisposeAsync();
            throw new InvalidOperationException($"{start.FileName} did not say '{announcement}'. It said:\n{output}", e);
        }
    }

    /// <summary>Runs a program to its end and returns what it wrote to standard output.</summary>
    /// <exception cref="InvalidOperationException">It ended with another code than 0, or not in time.</exception>
    public static async Task<string> RunAsync(ProcessStartInfo start, TimeSpan limit)
    {
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        try
        {
            await process.WaitForExitAsync().WaitAsync(limit);
        }
        catch (TimeoutException e)
        {
            process.Kill(entireProcessTree: true);
            throw new InvalidOperationException($"{Describe()} did not end within {limit.TotalSeconds:0} s:\n{await output}\n{await errors}", e);
        }

        return process.ExitCode == 0
            ? await output
            : throw new InvalidOperationException($"{Describe()} ended with {process.ExitCode}:\n{await output}\n{await errors}");

        string Describe() => $"{start.FileName} {string.Join(' ', start.ArgumentList)}";
    }

    /// <summary>SIGKILL: the program gets no chance to finish anything.</summary>
    public async Task KillAsync()
    {
        // Of its own accord it must not have ended: a crash would pass for the kill that was meant to be survived.
        Assert.False(_process.HasExited, $"{_process.StartInfo.FileName} had ended before it was killed. It said:\n{Output}");
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Waits until the program ends by itself; returns its exit code.</summary>
    public async Task<int> EndAsync(TimeSpan limit)
    {
        await _process.WaitForExitAsync().WaitAsync(limit);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }
}
