using Holdfast.AI.Approvals;
using Holdfast.EmailSupport.Activities;
using Holdfast.EmailSupport.Mail.Outbox;
using Holdfast.EmailSupport.Tests.Workflows;
using Holdfast.EmailSupport.Workflows;
using Temporalio.Exceptions;
using Temporalio.Testing;

namespace Holdfast.EmailSupport.Tests.Activities;

public sealed class SendReplyTests : IDisposable
{
    private static readonly ReplyOrder Approved = new()
    {
        To = new("ada@customer.test", "Ada"),
        Subject = "Re: Hello",
        Body = "Approved words",
        Date = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero),
        Seal = ContentSeal.Of("Approved words", "ada@customer.test", "Re: Hello"),
    };

    private readonly string folder = Directory.CreateTempSubdirectory("holdfast-send-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task What_was_approved_is_sent_once_however_often_it_is_tried()
    {
        var first = await SendAsync(Approved);
        var second = await SendAsync(Approved);

        Assert.False(first.AlreadySent);
        Assert.Equal(first with { AlreadySent = true }, second);
        Assert.Single(Directory.GetFiles(Path.Combine(folder, "outbox")));
    }

    [Fact]
    public async Task Anything_else_than_what_was_approved_is_refused_for_good()
    {
        ReplyOrder[] changed =
        [
            Approved with { Body = "Other words" },
            Approved with { To = new("thief@elsewhere.test", "Ada") },
            Approved with { Subject = "Re: Other" },
        ];

        foreach (var order in changed)
        {
            var failure = await Assert.ThrowsAsync<ApplicationFailureException>(() => SendAsync(order));
            Assert.Equal("ReplyNotApproved", failure.ErrorType);
            Assert.True(failure.NonRetryable);
        }

        Assert.Empty(Directory.GetFiles(Path.Combine(folder, "outbox")));
    }

    private Task<SentMail> SendAsync(ReplyOrder order)
    {
        var activity = new SendReply(Desks.In(folder), TimeProvider.System);
        return new ActivityEnvironment().RunAsync(() => activity.RunAsync(order));
    }
}
