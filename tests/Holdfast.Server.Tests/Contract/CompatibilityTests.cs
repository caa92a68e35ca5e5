using System.Reflection;
using System.Text.RegularExpressions;
using Holdfast.Server.Frontend;

namespace Holdfast.Server.Tests.Contract;

/// <summary>docs/compatibility.md tells the truth: each RPC has a row, and each row what the code has.</summary>
public sealed partial class CompatibilityTests
{
    private static readonly IReadOnlyList<Row> Rows = Read();

    [Fact]
    public void Every_RPC_of_the_contract_has_one_row() =>
        Assert.Equal(Services.Methods.Select(method => method.Name).Order(), Rows.Select(row => row.Rpc).Order());

    [Fact]
    public void A_row_claims_support_exactly_where_the_method_is_implemented()
    {
        var implemented = new[] { typeof(WorkflowFrontend), typeof(OperatorFrontend) }
            .SelectMany(frontend => frontend.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly))
            .Where(method => method.IsVirtual)
            .Select(method => method.Name);

        Assert.Equal(implemented.Order(), Rows.Where(row => row.State != "not yet").Select(row => row.Rpc).Order());
    }

    [Fact]
    public void A_row_that_claims_support_names_a_test_that_exists()
    {
        foreach (var row in Rows.Where(row => row.State != "not yet"))
        {
            var dot = row.Test.LastIndexOf('.');
            Assert.True(dot > 0, $"{row.Rpc} names no test.");
            var type = typeof(CompatibilityTests).Assembly.GetType($"Holdfast.Server.Tests.{row.Test[..dot]}");
            var method = type?.GetMethod(row.Test[(dot + 1)..]);
            Assert.True(method?.GetCustomAttribute<FactAttribute>() is { Skip: null }, $"{row.Rpc}: there is no test {row.Test}.");
        }
    }

    [Fact]
    public void What_works_but_for_something_says_for_what()
    {
        foreach (var row in Rows.Where(row => row.State == "partly"))
            Assert.True(row.Note.Length > 0, $"{row.Rpc} works partly: the note must say what does not.");
    }

    private static List<Row> Read()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Holdfast.slnx")))
            folder = folder.Parent;
        var text = File.ReadAllText(Path.Combine(folder!.FullName, "docs", "compatibility.md"));
        return [.. RowPattern().Matches(text).Select(row => new Row(row.Groups[1].Value, row.Groups[2].Value, row.Groups[3].Value.Trim(), row.Groups[4].Value.Trim()))];
    }

    [GeneratedRegex(@"^\| (\w+) \| (supported|partly|not yet) \|([^|]*)\|([^|]*)\|$", RegexOptions.Multiline)]
    private static partial Regex RowPattern();

    private sealed record Row(string Rpc, string State, string Test, string Note);
}
