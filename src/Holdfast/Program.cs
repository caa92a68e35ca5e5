using Holdfast.Commands;

return await HoldfastCommand.RunAsync(args);
