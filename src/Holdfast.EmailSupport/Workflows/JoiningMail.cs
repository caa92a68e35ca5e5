using Holdfast.EmailSupport.Mail;

namespace Holdfast.EmailSupport.Workflows;

/// <summary>A customer's mail that joins an open case.</summary>
/// <param name="WorkflowId">The mail's own workflow, which hands it over and then closes.</param>
public sealed record JoiningMail(string WorkflowId, EmailMessage Email);
