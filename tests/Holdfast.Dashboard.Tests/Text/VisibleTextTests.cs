using Holdfast.Dashboard.Text;

namespace Holdfast.Dashboard.Tests.Text;

public sealed class VisibleTextTests
{
    [Theory]
    [InlineData("plain\tand\r\nsimple")]
    [InlineData("Grüße, 請求書, שלום")]
    [InlineData("a family 👨\u200d👩\u200d👧 and a soft\u00adhyphen")]
    public void Honest_text_stays_as_it_is(string text) => Assert.Equal(text, VisibleText.Of(text));

    [Theory]
    [InlineData("invoice\u202Efdp.exe", "invoice⟦U+202E⟧fdp.exe")]
    [InlineData("pass\u200bword", "pass⟦U+200B⟧word")]
    [InlineData("pass\u200dword", "pass⟦U+200D⟧word")]
    [InlineData("bell\u0007", "bell⟦U+0007⟧")]
    [InlineData("a\u2066b\u2069", "a⟦U+2066⟧b⟦U+2069⟧")]
    public void What_deceives_a_reader_is_made_visible(string text, string expected)
    {
        Assert.Equal(expected, VisibleText.Of(text));
        Assert.NotEqual(0, VisibleText.CountDeceptive(text));
    }
}
