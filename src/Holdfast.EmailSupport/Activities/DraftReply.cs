using Holdfast.AI.Activities;
using Holdfast.AI.Models;
using Holdfast.EmailSupport.Mail;
using Holdfast.EmailSupport.Triage;
using Temporalio.Activities;

namespace Holdfast.EmailSupport.Activities;

/// <summary>Asks the model for a reply.</summary>
internal sealed class DraftReply(ChatModel model, MailIdentity identity, TimeProvider time)
{
    [Activity("DraftReply")]
    public async Task<Draft> RunAsync(EmailMessage email, Classification classification)
    {
        var answer = await Heartbeats.DuringAsync(
            ActivityExecutionContext.Current,
            cancelled => model.AskAsync(SupportPrompts.ToWriter(email, classification, identity.Address.Name), SupportPrompts.WriterOptions, cancelled),
            time);
        return WriterAnswer.Parse(answer, model.Notice);
    }
}
