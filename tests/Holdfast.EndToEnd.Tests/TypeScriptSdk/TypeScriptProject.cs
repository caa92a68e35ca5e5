using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using Holdfast.EndToEnd.Tests.Programs;

namespace Holdfast.EndToEnd.Tests.TypeScriptSdk;

/// <summary>The worker and the client in <c>typescript/</c>, on the official SDK from npm.</summary>
internal static class TypeScriptProject
{
    private static readonly string Folder = Path.Combine(Repository.Root, "tests", "Holdfast.EndToEnd.Tests", "typescript");
    private static readonly TimeSpan InstallLimit = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan WorkerStartLimit = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan CallLimit = TimeSpan.FromMinutes(1);
    private static readonly Lazy<Task> Built = new(BuildAsync);

    /// <summary>Starts a worker and waits until it polls.</summary>
    /// <param name="folder">Where its activities write what they do.</param>
    public static async Task<ProgramUnderTest> StartWorkerAsync(string target, string taskQueue, string folder)
    {
        await Built.Value;
        var start = Node("lib/worker.js", target, taskQueue);
        start.Environment["HOLDFAST_E2E_FOLDER"] = folder;
        return await ProgramUnderTest.StartAsync(start, "ready", WorkerStartLimit);
    }

    /// <summary>One call of the client, as <c>client.ts</c> describes them, and its answer.</summary>
    public static async Task<JsonElement> CallAsync(string target, string taskQueue, string verb, params string[] arguments)
    {
        await Built.Value;
        var output = await ProgramUnderTest.RunAsync(Node(["lib/client.js", target, taskQueue, verb, .. arguments]), CallLimit);
        return JsonElement.Parse(output.TrimEnd().Split('\n')[^1]);
    }

    private static async Task BuildAsync()
    {
        string version;
        try
        {
            version = (await ProgramUnderTest.RunAsync(Node("--version"), CallLimit)).Trim();
        }
        catch (Win32Exception e)
        {
            throw new InvalidOperationException("These tests need Node.js 20.3 or newer with npm, and there is no `node` on the path.", e);
        }

        if (!Version.TryParse(version.TrimStart('v'), out var found) || found < new Version(20, 3))
            throw new InvalidOperationException($"These tests need Node.js 20.3 or newer, and `node` is {version}.");

        // npm writes this file last, so it tells whether what is installed is what the lock file asks for.
        var installed = new FileInfo(Path.Combine(Folder, "node_modules", ".package-lock.json"));
        if (!installed.Exists || installed.LastWriteTimeUtc < File.GetLastWriteTimeUtc(Path.Combine(Folder, "package-lock.json")))
            await ProgramUnderTest.RunAsync(new ProcessStartInfo("npm", ["ci", "--no-progress"]) { WorkingDirectory = Folder }, InstallLimit);
        await ProgramUnderTest.RunAsync(Node("node_modules/typescript/bin/tsc"), InstallLimit);
    }

    private static ProcessStartInfo Node(params string[] arguments) => new("node", arguments) { WorkingDirectory = Folder };
}
