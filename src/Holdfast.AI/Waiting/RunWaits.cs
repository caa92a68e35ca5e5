using System.Runtime.CompilerServices;
using Temporalio.Common;
using Temporalio.Workflows;

namespace Holdfast.AI.Waiting;

/// <summary>What a run waits for. One per run, made when it waits for the first time; runs that never wait know nothing of it.</summary>
internal sealed class RunWaits
{
    private static readonly SearchAttributeKey<string> Attribute = SearchAttributeKey.CreateKeyword(WaitingNames.SearchAttribute);

    // A workflow object lives exactly as long as its run does in this worker.
    private static readonly ConditionalWeakTable<object, RunWaits> OfRuns = [];

    // Oldest first: the first is what the search attribute shows, which holds one text.
    private readonly List<Wait> waits = [];

    /// <summary>The waits of the workflow that runs here.</summary>
    public static RunWaits Current => OfRuns.GetValue(Workflow.Instance, _ => Begin());

    /// <summary>Waits until the run is told that it may be there, or until it is time to look.</summary>
    /// <param name="look">When it is time. This also covers what came while the run was on its way to waiting and could not be found yet.</param>
    public async Task ForAsync(string text, TimeSpan look, CancellationToken? cancellationToken)
    {
        var wait = new Wait(text);
        waits.Add(wait);
        if (waits.Count == 1)
            Workflow.UpsertTypedSearchAttributes(Attribute.ValueSet(text));
        try
        {
            await Workflow.WaitConditionAsync(() => wait.Over, look, cancellationToken);
        }
        finally
        {
            Remove(wait);
        }
    }

    private static RunWaits Begin()
    {
        var waits = new RunWaits();
        Func<string, Task> handler = waits.ResumeAsync;
        Workflow.Signals[WaitingNames.ResumeSignal] = WorkflowSignalDefinition.CreateWithoutAttribute(WaitingNames.ResumeSignal, handler);
        return waits;
    }

    private void Remove(Wait wait)
    {
        var shown = waits[0];
        waits.Remove(wait);
        if (waits.Count == 0)
        {
            Workflow.UpsertTypedSearchAttributes(Attribute.ValueUnset());
        }
        else if (waits[0].Text != shown.Text)
        {
            Workflow.UpsertTypedSearchAttributes(Attribute.ValueSet(waits[0].Text));
            // Nobody could find the run by this text so far, so what it waits for may be there already.
            waits[0].Over = true;
        }
    }

    private Task ResumeAsync(string text)
    {
        foreach (var wait in waits.Where(wait => wait.Text == text))
            wait.Over = true;
        return Task.CompletedTask;
    }

    private sealed class Wait(string text)
    {
        public string Text => text;

        public bool Over { get; set; }
    }
}
