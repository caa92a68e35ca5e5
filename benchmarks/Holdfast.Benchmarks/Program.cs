using Holdfast.Benchmarks;

return await BenchmarkCommand.Create().Parse(args).InvokeAsync();
