using Temporalio.Workflows;

namespace Holdfast.AI.Chat;

/// <summary>Model calls within a workflow.</summary>
public static class DurableChat
{
    /// <summary>
    /// A chat client for workflow code. Each of its model calls is one activity, so that an answer that was given is never asked for
    /// again, whatever crashes. Tools of the call run in the workflow: <see cref="ActivityTool"/>s as activities of their own, other
    /// functions as workflow code, which may wait for timers, signals and approvals.
    /// </summary>
    /// <param name="model">A name of the worker's set-up, see <see cref="DurableChatBuilder.AddModel"/>.</param>
    /// <exception cref="InvalidOperationException">Called outside a workflow.</exception>
    public static DurableChatClient Client(string model, DurableChatOptions? options = null) =>
        Workflow.InWorkflow
            ? new(model, options ?? new())
            : throw new InvalidOperationException("Outside a workflow, take the model from the services: the IChatClient with its name as key.");
}
