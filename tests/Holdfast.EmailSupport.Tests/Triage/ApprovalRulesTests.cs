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

    private static readonly Draft Good = new("Hello", "m", Notice: null, []);

    [Fact]
    public void A_harmless_question_is_answered_without_a_person() =>
        Assert.Empty(ApprovalRules.Reasons(Raw.Read("How?"), Harmless, Good, new()));

    [Theory]
    [InlineData(EmailCategory.Billing)]
    [InlineData(EmailCategory.Bug)]
    [InlineData(EmailCategory.Complaint)]
    [InlineData(EmailCategory.Other)]
    public void Other_kinds_need_a_person_even_if_the_model_was_talked_out_of_it(EmailCategory category) =>
        Assert.NotEmpty(ApprovalRules.Reasons(Raw.Read("x"), Harmless with { Category = category }, Good, new()));

    [Fact]
    public void Each_rule_alone_asks_for_a_person()
    {
        var email = Raw.Read("x");
        (EmailMessage, Classification, Draft)[] cases =
        [
            (email, Harmless with { NeedsApproval = true, Reason = "Unsure." }, Good),
            (email, Harmless with { InjectionSuspected = true }, Good),
            (email, Harmless, Good with { Warnings = ["The draft holds a link."] }),
            (email with { Attachments = [new("a.pdf", "application/pdf", 5)] }, Harmless, Good),
            (email with { Notes = ["Reply-To was ignored."] }, Harmless, Good),
            (email with { AnswersOurs = true }, Harmless, Good),
        ];

        Assert.All(cases, one => Assert.Single(ApprovalRules.Reasons(one.Item1, one.Item2, one.Item3, new())));
    }

    [Fact]
    public void Every_reply_needs_a_person_where_the_desk_says_so() =>
        Assert.Equal("Every reply needs approval here.", Assert.Single(ApprovalRules.Reasons(Raw.Read("x"), Harmless, Good, new() { Approval = ApprovalMode.Always })));
}
