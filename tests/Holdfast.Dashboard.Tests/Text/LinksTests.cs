using Holdfast.Dashboard.Text;
using Microsoft.AspNetCore.WebUtilities;

namespace Holdfast.Dashboard.Tests.Text;

public sealed class LinksTests
{
    [Theory]
    [InlineData("mail/support/1/2")]
    [InlineData("a b&run=c#d?e%2F")]
    [InlineData("../..//")]
    public void Any_workflow_id_survives_the_address(string id)
    {
        var uri = new Uri(new Uri("http://localhost"), Links.Workflow("team/a", id, "run-1"));

        var query = QueryHelpers.ParseQuery(uri.Query);
        Assert.Equal("/workflow", uri.AbsolutePath);
        Assert.Equal(("team/a", id, "run-1"), (query["namespace"].ToString(), query["id"].ToString(), query["run"].ToString()));
    }

    [Fact]
    public void What_is_not_set_is_not_in_the_address() => Assert.Equal("/workflows", Links.Workflows("", null, ""));
}
