using System.Net;
using System.Net.Sockets;

namespace Holdfast.Tests;

public sealed class StartDevTests : TemporaryFolder
{
    [Fact]
    public async Task It_answers_on_both_ports_and_stops_cleanly_when_told_to()
    {
        await using var holdfast = HoldfastProcess.Start(["server", "start-dev", "--port", "0"]);
        var listening = await holdfast.ListeningAsync();

        var info = await HoldfastProcess.AskAsync(listening.Grpc);
        using var browser = new HttpClient();
        var page = await browser.GetStringAsync(listening.Dashboard + "workflows");
        await holdfast.SignalAsync("TERM");
        var ended = await holdfast.EndAsync();

        Assert.NotEmpty(info.ServerVersion);
        Assert.Contains("<html", page, StringComparison.Ordinal);
        Assert.Equal((0, ""), (ended.ExitCode, ended.Errors));
    }

    [Fact]
    public async Task It_starts_as_the_SDKs_start_a_development_server()
    {
        await using var holdfast = HoldfastProcess.Start(
        [
            "server", "start-dev", "--port", "0", "--namespace", "mine", "--ip", "127.0.0.1", "--log-format", "pretty", "--log-level", "warn",
            "--dynamic-config-value", "frontend.enableServerVersionCheck=false", "--dynamic-config-value", "callback.allowedAddresses=[{\"Pattern\":\"*\",\"AllowInsecure\":true}]",
            "--db-filename", PathOf("dev.db"), "--search-attribute", "Customer=Keyword", "--headless", "--sqlite-pragma", "journal_mode=wal", "--log-config",
        ]);
        var listening = await holdfast.ListeningAsync();

        await HoldfastProcess.AskAsync(listening.Grpc);
        await holdfast.SignalAsync("INT");
        var ended = await holdfast.EndAsync();

        Assert.Null(listening.Dashboard);
        Assert.True(File.Exists(PathOf("dev.db")));
        Assert.Equal((0, ""), (ended.ExitCode, ended.Errors));
    }

    [Theory]
    [InlineData("--port", "many")]
    [InlineData("--port", "70000")]
    [InlineData("--ip", "nowhere")]
    [InlineData("--search-attribute", "Customer=Colour")]
    [InlineData("--dynamic-config-value", "limit.blobSize.error=huge")]
    [InlineData("--log-level", "loud")]
    [InlineData("--no-such-option", "1")]
    public async Task A_bad_option_is_named_in_one_line(string option, string value)
    {
        var ended = await HoldfastProcess.RunAsync(["server", "start-dev", option, value]);

        Assert.Equal(2, ended.ExitCode);
        Assert.Contains(option.Contains("no-such", StringComparison.Ordinal) ? option : value.Split('=')[^1], ended.Complaint, StringComparison.Ordinal);
        Assert.Contains("--help", ended.Complaint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--port")]
    [InlineData("--ui-port")]
    public async Task A_port_in_use_is_named_with_the_option_that_chooses_another(string option)
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port.ToString(null as IFormatProvider);

        var ended = await HoldfastProcess.RunAsync(option == "--port"
            ? ["server", "start-dev", "--headless", "--port", port]
            : ["server", "start-dev", "--port", "0", "--ui-port", port]);

        Assert.Equal(1, ended.ExitCode);
        Assert.Contains($"port {port}", ended.Complaint, StringComparison.Ordinal);
        Assert.Contains(option, ended.Complaint, StringComparison.Ordinal);
        Assert.Empty(ended.Output);
    }

    [Fact]
    public async Task A_foreign_file_is_refused_and_left_as_it_is()
    {
        var file = Write("letter.txt", "Dear Sir or Madam");

        var ended = await RunOnAsync(file);

        Assert.Equal(1, ended.ExitCode);
        Assert.Contains(file, ended.Complaint, StringComparison.Ordinal);
        Assert.Equal("Dear Sir or Madam", await File.ReadAllTextAsync(file));
    }

    [Fact]
    public async Task A_folder_that_cannot_be_is_named()
    {
        var inTheWay = Write("file", "");

        var ended = await RunOnAsync(Path.Combine(inTheWay, "holdfast.db"));

        Assert.Equal(1, ended.ExitCode);
        Assert.Contains(inTheWay, ended.Complaint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_in_use_by_another_server_is_named()
    {
        await using var first = HoldfastProcess.Start(["server", "start-dev", "--headless", "--port", "0", "--db-filename", PathOf("one.db")]);
        await first.ListeningAsync();

        var second = await RunOnAsync(PathOf("one.db"));

        Assert.Equal(1, second.ExitCode);
        Assert.Contains("in use", second.Complaint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_this_version_does_not_have_it_says()
    {
        var ended = await HoldfastProcess.RunAsync(["7244", "--enable-time-skipping"]);

        Assert.Equal(2, ended.ExitCode);
        Assert.Contains("time-skipping", ended.Complaint, StringComparison.Ordinal);
    }

    private static Task<HoldfastProcess.Ended> RunOnAsync(string file) =>
        HoldfastProcess.RunAsync(["server", "start-dev", "--headless", "--port", "0", "--db-filename", file]);
}
