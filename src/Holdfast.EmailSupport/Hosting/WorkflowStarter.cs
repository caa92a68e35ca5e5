using Holdfast.AI.Tenants;
using Holdfast.EmailSupport.Mail;
using Holdfast.EmailSupport.Mail.Intake;
using Holdfast.EmailSupport.Triage;
using Holdfast.EmailSupport.Workflows;
using Temporalio.Api.Enums.V1;
using Temporalio.Client;
using Temporalio.Common;
using Temporalio.Exceptions;

namespace Holdfast.EmailSupport.Hosting;

/// <summary>Starts one workflow per e-mail. The workflow id is made from the mail's hash, and the server refuses a second one.</summary>
internal sealed class WorkflowStarter(ITemporalClient client, string taskQueue, MailIdentity identity, HandlingPolicy policy)
{
    // 128 bits of the hash: enough that no two mails meet, short enough to read.
    private const int HashLength = 32;
    private const int MaxSummaryLength = 200;

    public static string WorkflowId(EmailMessage email, MailIdentity identity) => identity.WorkflowPrefix + email.Id[..HashLength];

    public async Task<bool> StartAsync(EmailMessage email, CancellationToken cancellationToken)
    {
        var options = new WorkflowOptions(WorkflowId(email, identity), taskQueue)
        {
            // Also after the first one has closed: the same mail is never handled twice.
            IdReusePolicy = WorkflowIdReusePolicy.RejectDuplicate,
            Memo = new Dictionary<string, object> { ["from"] = email.From.ToString(), ["subject"] = email.Subject },
            TypedSearchAttributes = identity.Tenant == TenantNames.Default
                ? null
                : new SearchAttributeCollection.Builder().Set(TenantNames.Key, identity.Tenant).ToSearchAttributeCollection(),
            StaticSummary = AI.Text.PlainText.CleanLine($"{email.Subject} ({email.From.Address})", MaxSummaryLength),
            Rpc = new RpcOptions { CancellationToken = cancellationToken },
        };
        try
        {
            await client.StartWorkflowAsync((EmailSupportWorkflow workflow) => workflow.RunAsync(email, policy), options);
            return true;
        }
        catch (WorkflowAlreadyStartedException)
        {
            return false;
        }
        catch (RpcException exception) when (exception.Code is RpcException.StatusCode.InvalidArgument)
        {
            throw new MailRefusedException($"The server does not take this mail: {exception.Message}", exception);
        }
    }
}
