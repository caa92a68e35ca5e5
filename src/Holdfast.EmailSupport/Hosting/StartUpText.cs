namespace Holdfast.EmailSupport.Hosting;

/// <summary>What a person reads when the application has started.</summary>
internal static class StartUpText
{
    public static string For(DataFolder data, int uiPort, string server, bool hosted, Configuration configuration, int? samples, bool firstRun)
    {
        var desk = configuration.Tenants[0];
        List<string> lines =
        [
            "Holdfast e-mail support is running.",
            "",
            $"  Dashboard   http://localhost:{uiPort}",
            $"  Mail in     drop .eml files into {data.Mail.Inbox}",
            .. desk.Imap is { } imap ? (string[])[$"              and mailbox {imap}"] : [],
            desk.Smtp is { } smtp ? $"  Mail out    through {smtp}; copies in {data.Mail.Outbox}" : $"  Mail out    {data.Mail.Outbox} (nothing leaves this machine)",
            .. configuration.Tenants.Count > 1 ? (string[])[$"  Tenants     {string.Join(", ", configuration.Tenants.Skip(1).Select(tenant => tenant.Identity.Tenant))}: mail in {data.TenantsPath}"] : [],
            $"  Model       {configuration.Model}",
            $"  Server      {server}{(hosted ? " (in this process)" : "")}",
            $"  Data        {data.Path}",
            "",
        ];
        if (configuration.Model is { IsUsed: true, HasKey: false })
            lines.Add($"No key is configured here: mail waits until its tenant has put one in under http://localhost:{uiPort}/keys.");
        else if (!configuration.Model.IsUsed)
            lines.Add($"No model is used: mail is read and answered by simple offline rules. For a model, set ANTHROPIC_API_KEY or Models:Anthropic:ApiKey in {Path.Combine(data.Path, Configuration.FileName)}.");
        if (samples == 0)
            lines.Add("The sample e-mails were taken on an earlier run: look at the dashboard. Its button \"Add sample e-mails\" adds new ones.");
        else if (samples is not null)
            lines.Add($"{samples} sample e-mails were put into the inbox. Look at the dashboard: some are answered at once, some wait for your approval.");
        else if (firstRun)
            lines.Add("The inbox is empty. To see how it works, start with --samples, or press \"Add sample e-mails\" on the dashboard.");
        if (configuration.Tenants.All(tenant => tenant.Imap is null))
            lines.Add($"To answer the mail of a mailbox, set it up under http://localhost:{uiPort}/tenants/setup.");
        lines.Add("Press Ctrl+C to stop. Nothing is lost, whenever and however it stops.");
        return string.Join(Environment.NewLine, lines);
    }
}
