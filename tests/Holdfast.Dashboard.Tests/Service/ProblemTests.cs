using Grpc.Core;
using Holdfast.Dashboard.Service;

namespace Holdfast.Dashboard.Tests.Service;

public sealed class ProblemTests
{
    [Theory]
    [InlineData(StatusCode.Unavailable, "Connection refused", "The server does not answer")]
    [InlineData(StatusCode.InvalidArgument, "invalid query: oops", "The filter is not valid")]
    [InlineData(StatusCode.NotFound, "Namespace x is not found.", "This namespace does not exist")]
    public void The_usual_problems_say_what_to_do(StatusCode code, string detail, string title)
    {
        var problem = Problem.From(new RpcException(new Status(code, detail)), "http://127.0.0.1:7233");

        Assert.Equal(title, problem.Title);
        Assert.False(string.IsNullOrWhiteSpace(problem.Advice));
    }

    [Theory]
    [MemberData(nameof(Codes))]
    public void Every_problem_has_a_title_and_keeps_the_servers_words(StatusCode code)
    {
        var problem = Problem.From(new RpcException(new Status(code, "the server's words")), "http://127.0.0.1:7233");

        Assert.NotEqual("", problem.Title);
        if (code is not (StatusCode.Unavailable or StatusCode.DeadlineExceeded))
            Assert.Equal("the server's words", problem.Detail);
    }

    public static TheoryData<StatusCode> Codes => [.. Enum.GetValues<StatusCode>().Where(code => code is not StatusCode.OK)];
}
