using Holdfast.Dashboard.Text;

namespace Holdfast.Dashboard.Tests.Text;

public sealed class DurationTextTests
{
    [Theory]
    [InlineData(-5, "0 ms")]
    [InlineData(0, "0 ms")]
    [InlineData(999.9, "999 ms")]
    [InlineData(1_000, "1.0 s")]
    [InlineData(9_999, "9.9 s")]
    [InlineData(59_999, "59 s")]
    [InlineData(60_000, "1 m 0 s")]
    [InlineData(3_599_000, "59 m 59 s")]
    [InlineData(3_600_000, "1 h 0 m")]
    [InlineData(86_400_000, "1 d 0 h")]
    [InlineData(40.5 * 86_400_000, "40 d 12 h")]
    public void Durations_have_two_units_and_never_round_up(double milliseconds, string expected) =>
        Assert.Equal(expected, DurationText.Of(TimeSpan.FromMilliseconds(milliseconds)));
}
