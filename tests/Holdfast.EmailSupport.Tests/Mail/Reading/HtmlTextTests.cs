using Holdfast.EmailSupport.Mail.Reading;

namespace Holdfast.EmailSupport.Tests.Mail.Reading;

public sealed class HtmlTextTests
{
    [Fact]
    public void An_HTML_only_mail_becomes_text_with_its_lines()
    {
        var email = Raw.Read("<html><body><p>Hello&nbsp;there,</p><div>one<br>two</div><ul><li>a<li>b</ul></body></html>", ("Content-Type", "text/html"));

        Assert.Equal("Hello\u00a0there,\n\none\ntwo\n\n- a\n- b", email.Text);
    }

    [Theory]
    [InlineData("""<span style="display:none">secret</span>""")]
    [InlineData("""<span style="DISPLAY : NONE !important">secret</span>""")]
    [InlineData("""<span style="font-size:0px">secret</span>""")]
    [InlineData("""<span style="font-size:1px">secret</span>""")]
    [InlineData("""<span style="visibility:hidden">secret</span>""")]
    [InlineData("""<span style="opacity:0">secret</span>""")]
    [InlineData("""<span style="color:#ffffff">secret</span>""")]
    [InlineData("""<span style="mso-hide:all">secret</span>""")]
    [InlineData("""<span style="position:absolute;left:-9999px">secret</span>""")]
    [InlineData("""<div hidden>secret</div>""")]
    [InlineData("""<font color="white">secret</font>""")]
    [InlineData("""<style>.x{display:none}</style><p class="x">secret</p>""")]
    public void Text_that_a_reader_cannot_see_is_left_out_and_told(string html)
    {
        var text = HtmlText.Of($"<p>shown</p>{html}");

        Assert.Equal("shown", text.Text);
        Assert.True(text.HadHiddenText);
    }

    [Theory]
    [InlineData("<script>alert('secret')</script>")]
    [InlineData("<style>p{color:red} /* secret */</style>")]
    [InlineData("<!-- secret -->")]
    [InlineData("<img alt='secret' src='http://x.test/p.gif'>")]
    [InlineData("<template>secret</template>")]
    [InlineData("<noscript>secret</noscript>")]
    [InlineData("<iframe srcdoc='secret'></iframe>")]
    [InlineData("<svg><text>secret</text></svg>")]
    public void What_is_no_text_of_the_page_is_left_out(string html) =>
        Assert.Equal("shown", HtmlText.Of($"<p>shown</p>{html}").Text);

    [Theory]
    [InlineData("""<td style="color:#fff;background:#000">shown</td>""")]
    [InlineData("""<p style="font-size:14px;opacity:0.9">shown</p>""")]
    [InlineData("""<style>@media (max-width:600px){.y{display:none}}</style><p class="y">shown</p>""")]
    [InlineData("""<p style="font-size:1em">shown</p>""")]
    [InlineData("""<p style="max-width:100%">shown</p>""")]
    public void Ordinary_styles_hide_nothing(string html)
    {
        var text = HtmlText.Of($"<table><tr>{html}</tr></table>");

        Assert.Equal("shown", text.Text);
        Assert.False(text.HadHiddenText);
    }

    [Fact]
    public void A_link_shows_where_it_leads_unless_its_text_says_so() =>
        Assert.Equal(
            "Pay here [https://evil.test/x] or at shop.test or never",
            HtmlText.Of("""<p><a href="https://evil.test/x">Pay here</a> or at <a href="https://shop.test/">shop.test</a> or <a href="javascript:x">never</a></p>""").Text);

    [Fact]
    public void Quotations_are_marked() =>
        Assert.Equal("new\n\n> old\n> older", HtmlText.Of("<div>new</div><blockquote>old<br>older</blockquote>").Text);

    [Fact]
    public void A_page_nested_beyond_measure_does_not_end_the_process() =>
        Assert.NotNull(HtmlText.Of(string.Concat(Enumerable.Repeat("<div>", 20_000)) + "deep").Text);
}
