using Holdfast.EmailSupport.Hosting;

return await CommandLine.RunAsync(args, EmailSupportHost.RunAsync);
