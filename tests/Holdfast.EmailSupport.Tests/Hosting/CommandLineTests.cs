using Holdfast.EmailSupport.Hosting;

namespace Holdfast.EmailSupport.Tests.Hosting;

public sealed class CommandLineTests
{
    [Fact]
    public async Task Without_flags_the_documented_defaults_hold() =>
        Assert.Equal(new StartOptions(Path.GetFullPath("./data"), 7233, 8233, Samples: false, Target: null), await ParseAsync());

    [Fact]
    public async Task Every_flag_is_read() =>
        Assert.Equal(
            new StartOptions("/x", 0, 9000, Samples: true, "host.test:7233"),
            await ParseAsync("--data", "/x", "--port", "0", "--ui-port", "9000", "--samples", "--target", "host.test:7233"));

    [Theory]
    [InlineData("--port", "70000")]
    [InlineData("--ui-port", "many")]
    [InlineData("--target", "host")]
    [InlineData("--target", "http://host:7233")]
    [InlineData("--data", "")]
    [InlineData("--unknown", "x")]
    public async Task A_bad_flag_ends_with_an_error_and_starts_nothing(params string[] args) => Assert.Null(await ParseAsync(args));

    private static async Task<StartOptions?> ParseAsync(params string[] args)
    {
        StartOptions? parsed = null;
        var code = await CommandLine.RunAsync(args, (options, _) =>
        {
            parsed = options;
            return Task.FromResult(0);
        });
        Assert.Equal(parsed is null ? 1 : 0, code);
        return parsed;
    }
}
