using Google.Protobuf;

namespace Holdfast.Engine.Tests;

public sealed class TaskTokenTests
{
    private static readonly TaskToken Token = new("ns-id", "order-1", "run-1", 5, 7, 3, "Größe");

    [Fact]
    public void A_token_reads_back_as_it_was_written() =>
        Assert.Equal(Token, TaskToken.Parse(ByteString.CopyFrom(TaskToken.Encode(Token))));

    [Fact]
    public void A_cut_or_lengthened_token_is_none_of_ours()
    {
        var bytes = TaskToken.Encode(Token);
        for (var length = 0; length < bytes.Length; length++)
            Assert.Null(TaskToken.Parse(ByteString.CopyFrom(bytes, 0, length)));
        Assert.Null(TaskToken.Parse(ByteString.CopyFrom([.. bytes, 0])));
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("\u0001\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff")]
    public void Foreign_bytes_are_none_of_ours(string foreign) =>
        Assert.Null(TaskToken.Parse(ByteString.CopyFrom(foreign, System.Text.Encoding.Latin1)));
}
