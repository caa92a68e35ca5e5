using Holdfast.AI.Activities;
using Holdfast.AI.Models;
using Holdfast.EmailSupport.Mail;
using Holdfast.EmailSupport.Triage;
using Temporalio.Activities;

namespace Holdfast.EmailSupport.Activities;

/// <summary>Asks the model what an e-mail is about and whether a person should see the reply.</summary>
internal sealed class ClassifyEmail(ChatModel model, TimeProvider time)
{
    [Activity("ClassifyEmail")]
    public async Task<Classification> RunAsync(EmailMessage email)
    {
        var answer = await Heartbeats.DuringAsync(
            ActivityExecutionContext.Current,
            cancelled => model.AskAsync(SupportPrompts.ToReader(email), SupportPrompts.ReaderOptions, cancelled),
            time);
        return ReaderAnswer.Parse(answer);
    }
}
