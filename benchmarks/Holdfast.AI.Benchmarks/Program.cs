using System.CommandLine;
using Holdfast.AI.Benchmarks;
using Holdfast.Benchmarks;

var server = new Option<string?>("--exe") { Description = "The server's executable. Default: src/Holdfast's Release build." };
var application = new Option<string?>("--app") { Description = "The e-mail application's executable. Default: its Release build." };
var mails = new Option<int>("--count") { Description = "How many e-mails.", DefaultValueFactory = _ => 1_000 };
var concurrency = new Option<int>("--concurrency") { Description = "Model calls at once.", DefaultValueFactory = _ => 32 };
var calls = new Option<int>("--calls") { Description = "How many model calls the agent makes.", DefaultValueFactory = _ => 100 };
var tokens = new Option<int>("--tokens") { Description = "How many tokens of four letters its conversation has in the end.", DefaultValueFactory = _ => 200_000 };

var mailCommand = new Command("mails", "E-mails that arrive at once, with a model that takes a second to answer.") { server, application, mails, concurrency };
mailCommand.SetAction((parsed, cancel) => MailRun.RunAsync(
    Executables.Find(parsed.GetValue(server), "Holdfast", "holdfast"),
    Executables.Find(parsed.GetValue(application), "Holdfast.EmailSupport", "Holdfast.EmailSupport"),
    parsed.GetValue(mails),
    parsed.GetValue(concurrency),
    cancel));
var agentCommand = new Command("agent", "An agent whose conversation, sent again with every model call, grows long.") { server, calls, tokens };
agentCommand.SetAction((parsed, cancel) => AgentRun.RunAsync(
    Executables.Find(parsed.GetValue(server), "Holdfast", "holdfast"), parsed.GetValue(calls), parsed.GetValue(tokens), cancel));

try
{
    return await new RootCommand("Measures what the AI layer and the e-mail application cost the server.") { mailCommand, agentCommand }
        .Parse(args)
        .InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (BenchmarkException exception)
{
    Console.Error.WriteLine(exception.Message);
    return 1;
}
