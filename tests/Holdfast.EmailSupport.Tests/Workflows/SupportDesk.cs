using Holdfast.AI.Approvals;
using Holdfast.AI.Chat;
using Holdfast.AI.Tenants;
using Holdfast.EmailSupport.Activities;
using Holdfast.EmailSupport.Hosting;
using Holdfast.EmailSupport.Knowledge;
using Holdfast.EmailSupport.Mail;
using Holdfast.EmailSupport.Tests.Mail;
using Holdfast.EmailSupport.Triage;
using Holdfast.EmailSupport.Workflows;
using Holdfast.Server;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using MimeKit;
using Temporalio.Client;
using Temporalio.Worker;

namespace Holdfast.EmailSupport.Tests.Workflows;

/// <summary>The application's workflow and activities on a server in this process that keeps its data in a file.</summary>
internal sealed class SupportDesk : IAsyncDisposable
{
    private const string TaskQueue = "email-support";

    private readonly string folder = Directory.CreateTempSubdirectory("holdfast-desk-").FullName;
    private readonly ServiceProvider services;
    private readonly MailAddress? approver;
    private readonly Action<TemporalWorkerOptions>? more;
    private HoldfastServer server = null!;
    private TemporalWorker? worker;
    private LookUpKnowledge? lookUp;
    private CancellationTokenSource stop = new();
    private Task working = Task.CompletedTask;

    private SupportDesk(ModelSettings? model, MailAddress? approver, Action<TemporalWorkerOptions>? more)
    {
        services = new ServiceCollection().AddDurableChat((model ?? new()).AddTo).BuildServiceProvider();
        this.approver = approver;
        this.more = more;
        Folders = new(Path.Combine(folder, "mail"));
        Folders.Create();
    }

    public MailFolders Folders { get; }

    /// <summary>The folder of the team's Markdown files.</summary>
    public string Knowledge => Path.Combine(folder, "knowledge");

    public ITemporalClient Client { get; private set; } = null!;

    public static async Task<SupportDesk> OpenAsync(ModelSettings? model = null, MailAddress? approver = null, Action<TemporalWorkerOptions>? more = null)
    {
        var desk = new SupportDesk(model, approver, more);
        desk.server = await HoldfastServer.StartAsync(options => options.DataFile = Path.Combine(desk.folder, "holdfast.db"));
        desk.Client = await TemporalClient.ConnectAsync(new(desk.server.Target));
        await ApprovalRegistration.EnsureAsync(desk.Client);
        await SupportAttributes.EnsureAsync(desk.Client, CancellationToken.None);
        await TenantRegistration.EnsureAsync(desk.Client);
        desk.StartWorker();
        return desk;
    }

    /// <summary>Everything in the outbox.</summary>
    public IReadOnlyList<MimeMessage> Outbox => [.. Directory.GetFiles(Folders.Outbox).Select(file => MimeMessage.Load(file))];

    /// <summary>The server dies in the middle of its work and comes back; the worker is cut off first and another one takes its place.</summary>
    public async Task CrashAndComeBackAsync()
    {
        // In this order, because a worker shuts down only when its polls have ended, which they do not while no server is there.
        await StopWorkerAsync();
        await CrashServerAsync();
        StartWorker();
    }

    /// <summary>The server alone dies and comes back under a worker that keeps trying.</summary>
    public async Task CrashServerAsync()
    {
        await server.CrashAsync();
        await server.StartAsync();
    }

    public async Task<WorkflowHandle<EmailSupportWorkflow, EmailStatus>> ReceiveAsync(byte[] raw, HandlingPolicy? policy = null)
    {
        var email = Raw.Read(raw);
        await new WorkflowStarter(Client, TaskQueue, Raw.Identity, policy ?? new()).StartAsync(email, CancellationToken.None);
        return Client.GetWorkflowHandle<EmailSupportWorkflow, EmailStatus>(WorkflowStarter.WorkflowId(email, Raw.Identity));
    }

    public Task<bool> StartAsync(byte[] raw) => new WorkflowStarter(Client, TaskQueue, Raw.Identity, new()).StartAsync(Raw.Read(raw), CancellationToken.None);

    /// <summary>The approval that waits, once it does.</summary>
    public static Task<ApprovalView> PendingAsync(WorkflowHandle workflow) => Eventually.SeesAsync("an approval that waits", async () =>
        (await ApprovalsAsync(workflow)).FirstOrDefault(approval => approval.State is ApprovalState.Pending));

    public static Task<IReadOnlyList<ApprovalView>> ApprovalsAsync(WorkflowHandle workflow) =>
        workflow.QueryAsync<IReadOnlyList<ApprovalView>>(ApprovalNames.ListQuery, []);

    public static Task<ApprovalView> DecideAsync(WorkflowHandle workflow, ApprovalDecisionRequest decision) =>
        workflow.ExecuteUpdateAsync<ApprovalView>(ApprovalNames.DecideUpdate, [decision]);

    public async ValueTask DisposeAsync()
    {
        await StopWorkerAsync();
        await server.DisposeAsync();
        await services.DisposeAsync();
        lookUp?.Dispose();
        stop.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private void StartWorker()
    {
        stop.Dispose();
        stop = new();
        var desks = Desks.In(Folders.Root, approver);
        lookUp?.Dispose();
        lookUp = new(desks, NullLogger<KnowledgeIndex>.Instance);
        var options = SupportWorker.Options(
            TaskQueue,
            services,
            new SendReply(desks, TimeProvider.System),
            new RemindApprover(desks, TimeProvider.System, NullLogger<RemindApprover>.Instance),
            lookUp,
            new CountReplies(desks),
            NullLoggerFactory.Instance);
        options.GracefulShutdownTimeout = TimeSpan.Zero;
        more?.Invoke(options);
        worker = new TemporalWorker(Client, options);
        working = worker.ExecuteAsync(stop.Token);
    }

    private async Task StopWorkerAsync()
    {
        await stop.CancelAsync();
        try
        {
            await working;
        }
        catch (OperationCanceledException)
        {
            // As asked.
        }

        worker?.Dispose();
        worker = null;
    }
}
