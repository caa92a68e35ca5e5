using Holdfast.AI.Secrets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Holdfast.AI.Tests.Secrets;

public sealed class RedactionTests
{
    [Theory]
    [InlineData("invalid x-api-key: sk-ant-api03-abcdefghijklmnopqrstuv", "sk-ant-api03-abc")]
    [InlineData("Incorrect API key provided: sk-proj-abcd***********wxyz.", "wxyz")]
    [InlineData("sk-abcdefghijklmnopqrstuvwxyz", "mnop")]
    [InlineData("AIzaSyA1234567890abcdefghijklmnopqrstuv", "34567890")]
    [InlineData("AKIAIOSFODNN7EXAMPLE", "IOSFODNN7")]
    [InlineData("gsk_abcdefghijklmnop1234", "mnop1234")]
    [InlineData("pk-lf-12345678-90ab sk-lf-12345678-90ab", "12345678")]
    [InlineData("Authorization: Bearer abcdefgh12345678", "abcdefgh12345678")]
    [InlineData("{\"x-api-key\":\"abcdefgh12345678\"}", "abcdefgh12345678")]
    [InlineData("GET https://host/v1/models?key=abcdefgh12345678&alt=sse", "abcdefgh12345678")]
    public void What_looks_like_a_key_is_blotted_out(string text, string secret)
    {
        var clean = Redaction.Clean(text);

        Assert.DoesNotContain(secret, clean, StringComparison.Ordinal);
        Assert.Contains("***", clean, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("The task-based model risk-assessment is done.")]
    [InlineData("anthropic answered 429 rate_limit_error: slow down (request req_1)")]
    [InlineData("")]
    public void Other_texts_stay_as_they_are(string text) => Assert.Equal(text, Redaction.Clean(text));

    [Fact]
    public void A_secret_in_use_is_blotted_out_whole_and_in_parts_as_long_as_it_is_in_use()
    {
        var one = Redaction.Hide(new("correct-horse-battery-staple"));
        var same = Redaction.Hide(new("correct-horse-battery-staple"));

        Assert.Equal("<***>", Redaction.Clean("<correct-horse-battery-staple>"));
        Assert.Equal("The key ***… was refused, correct?", Redaction.Clean("The key correct-horse-b… was refused, correct?"));
        one.Dispose();
        one.Dispose();
        Assert.Equal("***", Redaction.Clean("correct-horse-battery-staple"));
        same.Dispose();
        Assert.Equal("correct-horse-battery-staple", Redaction.Clean("correct-horse-battery-staple"));
    }

    [Fact]
    public void An_exception_is_replaced_when_one_within_it_holds_a_secret()
    {
        var harmless = new InvalidOperationException("no");
        var telling = new InvalidOperationException("outer", new HttpRequestException("key sk-ant-api03-abcdefghijklmnop refused"));

        Assert.Same(harmless, Redaction.Clean(harmless));
        var clean = Redaction.Clean(telling);
        Assert.DoesNotContain("abcdefghijklmnop", clean.ToString(), StringComparison.Ordinal);
        Assert.Contains("outer", clean.Message, StringComparison.Ordinal);
        Assert.Null(clean.InnerException);
    }

    [Fact]
    public void What_is_logged_holds_no_secret_in_message_values_exception_or_scope()
    {
        using var log = new LogCollector();
        using var services = new ServiceCollection()
            .AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(log))
            .AddRedactedLogging()
            .AddRedactedLogging()
            .BuildServiceProvider();
        var logger = services.GetRequiredService<ILogger<RedactionTests>>();
        using var hidden = Redaction.Hide(new("correct-horse-battery-staple"));

        using (logger.BeginScope(new Dictionary<string, object?> { ["key"] = "correct-horse-battery-staple" }))
        using (logger.BeginScope("correct-horse-battery-staple"))
#pragma warning disable CA1848, CA1873, CA2254 // What other code may do.
            logger.LogError(new InvalidOperationException("correct-horse-battery-staple"), "Key {Key} of {Tenant} failed", "correct-horse-battery-staple", "acme");
        logger.LogInformation("Harmless {Number}", 7);
#pragma warning restore CA1848, CA1873, CA2254

        Assert.DoesNotContain("horse", log.Text, StringComparison.Ordinal);
        Assert.Contains("Key *** of acme failed", log.Text, StringComparison.Ordinal);
        Assert.Contains("Tenant=acme", log.Text, StringComparison.Ordinal);
        Assert.Contains("Number=7", log.Text, StringComparison.Ordinal);
    }
}
