using Holdfast.EmailSupport.Mail;
using Holdfast.EmailSupport.Tests.Mail;
using Holdfast.EmailSupport.Triage;

namespace Holdfast.EmailSupport.Tests.Triage;

public sealed class ApprovalRulesTests
{
    private static readonly Classification Harmless = new()
    {
        Category = EmailCategory.Question,
        Language = "en",
        NeedsApproval = false,
        Reason = "",
        Model = "m",
    };

    private static readonly Draft Good = new("Hello", "m", Notice: null, []) { Confidence = 0.9 };

    [Fact]
    public void A_harmless_question_is_answered_without_a_person_and_every_rule_says_why()
    {
        var decisions = ApprovalRules.Decide(Raw.Read("How?"), Harmless, Good, new(), soFar: null);

        Assert.All(decisions, decision => Assert.False(decision.AsksPerson));
        Assert.Equal(["injection", "reader", "category", "conversation", "attachments", "content", "confidence"], decisions.Select(decision => decision.Rule));
        Assert.All(decisions, decision => Assert.EndsWith(".", decision.Reason, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(EmailCategory.Billing)]
    [InlineData(EmailCategory.Bug)]
    [InlineData(EmailCategory.Complaint)]
    [InlineData(EmailCategory.Other)]
    public void Other_kinds_need_a_person_even_if_the_model_was_talked_out_of_it(EmailCategory category) =>
        Assert.NotEmpty(Said.Reasons(Raw.Read("x"), Harmless with { Category = category }, Good));

    [Fact]
    public void The_desk_says_which_kinds_may_be_answered_without_a_person()
    {
        var policy = new HandlingPolicy { AnswerAlone = [EmailCategory.Bug] };

        Assert.Empty(Said.Reasons(Raw.Read("x"), Harmless with { Category = EmailCategory.Bug }, Good, policy));
        Assert.Equal(["Mail of the kind \"question\" is never answered without a person."], Said.Reasons(Raw.Read("x"), Harmless, Good, policy));
    }

    [Fact]
    public void Each_rule_alone_asks_for_a_person()
    {
        var email = Raw.Read("x");
        (EmailMessage, Classification, Draft, string)[] cases =
        [
            (email, Harmless with { NeedsApproval = true, Reason = "Unsure." }, Good, "reader"),
            (email, Harmless with { InjectionSuspected = true }, Good, "injection"),
            (email, Harmless, Good with { Warnings = ["The draft holds a link."] }, "content"),
            (email, Harmless, Good with { Confidence = 0.69 }, "confidence"),
            (email with { Attachments = [new("a.pdf", "application/pdf", 5)] }, Harmless, Good, "attachments"),
            (email with { Notes = ["Reply-To was ignored."] }, Harmless, Good, "mail"),
            (email with { AnswersOurs = true }, Harmless, Good, "conversation"),
        ];

        Assert.All(cases, one =>
        {
            var decisions = ApprovalRules.Decide(one.Item1, one.Item2, one.Item3, new(), soFar: null);
            Assert.Equal(one.Item4, Assert.Single(decisions, decision => decision.AsksPerson).Rule);
            Assert.True(decisions[0].AsksPerson);
        });
    }

    [Theory]
    [InlineData(0.7, 0.7, false)]
    [InlineData(0.95, 0.9, true)]
    [InlineData(0, 0, false)]
    public void The_desk_says_how_sure_the_writer_must_be(double needed, double confidence, bool asks) =>
        Assert.Equal(asks, Said.Reasons(Raw.Read("x"), Harmless, Good with { Confidence = confidence }, new() { MinConfidence = needed }).Count > 0);

    [Theory]
    [InlineData(2, 0, 1, 9, "The first 2 replies to this sender need approval; 1 went out so far.")]
    [InlineData(2, 0, 2, 2, null)]
    [InlineData(0, 10, 9, 9, "The first 10 replies here need approval; 9 went out so far.")]
    [InlineData(0, 10, 0, 10, null)]
    public void The_first_replies_are_approved_by_a_person(int toSender, int ofTenant, int sentToSender, int sentOfTenant, string? reason) =>
        Assert.Equal(
            reason,
            Said.Reasons(Raw.Read("x"), Harmless, Good, new() { FirstReplies = toSender, FirstRepliesOfTenant = ofTenant }, new(sentToSender, sentOfTenant)).SingleOrDefault());

    [Fact]
    public void Replies_that_cannot_be_counted_are_approved_by_a_person() =>
        Assert.Single(Said.Reasons(Raw.Read("x"), Harmless, Good, new() { FirstReplies = 1 }, soFar: null));

    [Fact]
    public void Every_reply_needs_a_person_where_the_desk_says_so() =>
        Assert.Equal("Every reply needs approval here.", Assert.Single(Said.Reasons(Raw.Read("x"), Harmless, Good, new() { Approval = ApprovalMode.Always })));
}
