// A chat page whose conversations are workflows: they survive any crash, and answers appear word by word.
//
//   holdfast server start-dev --db-filename holdfast.db
//   ANTHROPIC_API_KEY=… dotnet run --project samples/StreamingChat -- --urls http://localhost:5000

using Holdfast.AI.Chat;
using Microsoft.Extensions.AI;
using Temporalio.Api.Enums.V1;
using Temporalio.Client;
using Temporalio.Worker;
using Temporalio.Workflows;

string Setting(string name, string otherwise) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : otherwise;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddDurableChat(chat => chat
    .AddCredential("anthropic", Setting("ANTHROPIC_API_KEY", "no key"))
    .AddAnthropic(baseUrl: new Uri(Setting("ANTHROPIC_BASE_URL", "https://api.anthropic.com")))
    .AddModel("chat", "anthropic", "claude-sonnet-5-5"));
await using var app = builder.Build();

var client = await TemporalClient.ConnectAsync(new(Setting("TEMPORAL_ADDRESS", "localhost:7233")));
using var worker = new TemporalWorker(client, new TemporalWorkerOptions("chat").AddDurableChat(app.Services).AddWorkflow<Conversation>());

app.MapGet("/", () => Results.Content(Page.Html, "text/html"));
app.MapDurableChatStreams();
app.MapPost("/say/{id}", async (string id, HttpRequest request) =>
{
    var text = await new StreamReader(request.Body).ReadToEndAsync();
    var start = WithStartWorkflowOperation.Create(
        (Conversation conversation) => conversation.RunAsync(),
        new(id, "chat") { IdConflictPolicy = WorkflowIdConflictPolicy.UseExisting });
    return await client.ExecuteUpdateWithStartWorkflowAsync((Conversation conversation) => conversation.SayAsync(text), new(start));
});

await worker.ExecuteAsync(() => app.RunAsync());

[Workflow]
public sealed class Conversation
{
    private readonly List<ChatMessage> messages = [new(ChatRole.System, "You are a friendly companion. Be brief.")];
    private readonly Temporalio.Workflows.Mutex turns = new();

    [WorkflowRun]
    public Task RunAsync() => Workflow.WaitConditionAsync(() => Workflow.AllHandlersFinished && messages.Count > 100, TimeSpan.FromDays(1));

    [WorkflowUpdate]
    public async Task<string> SayAsync(string text)
    {
        await turns.WaitOneAsync();
        try
        {
            messages.Add(new(ChatRole.User, text));
            var answer = await DurableChat.Client("chat", new() { Stream = true }).GetResponseAsync(messages);
            messages.AddRange(answer.Messages);
            return answer.Text;
        }
        finally
        {
            turns.ReleaseMutex();
        }
    }
}

internal static class Page
{
    public const string Html =
        """
        <!doctype html><meta charset="utf-8"><title>Chat</title>
        <style>body { font: 16px system-ui; max-width: 40em; margin: 2em auto } p { white-space: pre-wrap } input { width: 100%; padding: .5em }</style>
        <main id="talk"></main><form><input autofocus placeholder="Say something"></form>
        <script>
          const id = location.hash ||= '#chat-' + crypto.randomUUID(), input = document.querySelector('input'), calls = {};
          const line = text => talk.appendChild(Object.assign(document.createElement('p'), { textContent: text }));
          const stream = new EventSource('/chat-streams/' + id.slice(1));
          const on = (kind, show) => stream.addEventListener(kind, e => { const it = JSON.parse(e.data); show(calls[it.call] ??= line(''), it.text); });
          on('started', p => p.textContent = ''); on('restarted', p => p.textContent = '');
          on('text', (p, text) => p.textContent += text);
          stream.addEventListener('reset', () => { for (const call in calls) { calls[call].remove(); delete calls[call]; } });
          document.forms[0].onsubmit = e => {
            e.preventDefault(); line('> ' + input.value);
            fetch('/say/' + id.slice(1), { method: 'POST', body: input.value }); input.value = '';
          };
        </script>
        """;
}
