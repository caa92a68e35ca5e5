using System.ComponentModel;
using System.Reflection;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Temporalio.Activities;
using Temporalio.Common;
using Temporalio.Converters;
using Temporalio.Workflows;

namespace Holdfast.AI.Chat;

/// <summary>
/// A tool that is an activity: when the model asks for it, the workflow runs the activity, with its own timeouts and retries. The tool call's id is
/// the activity's id, see <see cref="ToolCalls.IdempotencyKey"/>. Its description for the model comes from
/// <see cref="DescriptionAttribute"/>s on the method and its parameters. When it fails for good, the model gets the failure's message as
/// its result.
/// </summary>
public sealed class ActivityTool : AIFunction
{
    private readonly string activity;
    private readonly ParameterInfo[] parameters;
    private readonly Type? result;
    private readonly ActivityOptions options;

    private ActivityTool(MethodInfo method, ActivityOptions? options)
    {
        activity = NameOf(method);
        parameters = method.GetParameters();
        result = ResultOf(method.ReturnType);
        this.options = options ?? DefaultOptions;
        // Models take only these characters in a tool's name.
        Name = string.Concat(activity.Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' ? letter : '_'));
        Description = method.GetCustomAttribute<DescriptionAttribute>()?.Description ?? "";
        JsonSchema = AIJsonUtilities.CreateFunctionJsonSchema(method, title: "", description: "");
        UnderlyingMethod = method;
    }

    /// <summary>Five minutes per attempt, five attempts.</summary>
    public static ActivityOptions DefaultOptions => new()
    {
        StartToCloseTimeout = TimeSpan.FromMinutes(5),
        RetryPolicy = new RetryPolicy { InitialInterval = TimeSpan.FromSeconds(1), MaximumInterval = TimeSpan.FromMinutes(1), MaximumAttempts = 5 },
    };

    public override string Name { get; }

    public override string Description { get; }

    public override JsonElement JsonSchema { get; }

    public override MethodInfo UnderlyingMethod { get; }

    /// <summary>The tool of one activity.</summary>
    /// <typeparam name="T">The class that holds the activity. No instance is made: the worker has one.</typeparam>
    /// <param name="method">The name of its method, which carries <see cref="ActivityAttribute"/>.</param>
    public static ActivityTool Of<T>(string method, ActivityOptions? options = null) =>
        new(typeof(T).GetMethod(method) ?? throw new ArgumentException($"{typeof(T).Name} has no public method {method}.", nameof(method)), options);

    /// <summary>The tools of all activities of a class.</summary>
    public static IReadOnlyList<AITool> AllOf<T>(ActivityOptions? options = null) =>
        [.. typeof(T).GetMethods().Where(method => method.IsDefined(typeof(ActivityAttribute))).Select(method => new ActivityTool(method, options))];

    protected override async ValueTask<object?> InvokeCoreAsync(AIFunctionArguments arguments, CancellationToken cancellationToken)
    {
        var chosen = (ActivityOptions)options.Clone();
        if (arguments.Context?.TryGetValue(ToolCalls.IdKey, out var id) is true && id is string callId)
            chosen.ActivityId ??= ToolCalls.ActivityIdFor(callId);
        if (cancellationToken.CanBeCanceled)
            chosen.CancellationToken = cancellationToken;

        object?[] values = [.. parameters.Select(parameter => Bind(parameter, arguments))];
        if (result is null)
        {
            await Workflow.ExecuteActivityAsync(activity, values, chosen);
            return "Done.";
        }

        var raw = await Workflow.ExecuteActivityAsync<RawValue>(activity, values, chosen);
        return Workflow.PayloadConverter.ToValue(raw.Payload, result);
    }

    // Bound here and not by the activity's worker: the schema that the model was given names properties as Microsoft.Extensions.AI does,
    // and a wrong argument is the model's to mend, not the activity's to retry.
    private static object? Bind(ParameterInfo parameter, AIFunctionArguments arguments)
    {
        if (!arguments.TryGetValue(parameter.Name!, out var value))
            return parameter.HasDefaultValue ? parameter.DefaultValue : throw new ToolArgumentException($"The argument \"{parameter.Name}\" is missing.");
        if (value is null || parameter.ParameterType.IsInstanceOfType(value))
            return value;

        try
        {
            var json = value as JsonElement? ?? JsonSerializer.SerializeToElement(value, AIJsonUtilities.DefaultOptions);
            return json.Deserialize(parameter.ParameterType, AIJsonUtilities.DefaultOptions);
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException)
        {
            throw new ToolArgumentException($"The argument \"{parameter.Name}\" does not fit its schema.", exception);
        }
    }

    // As the SDK names it.
    private static string NameOf(MethodInfo method)
    {
        var attribute = method.GetCustomAttribute<ActivityAttribute>()
            ?? throw new ArgumentException($"{method.DeclaringType?.Name}.{method.Name} is no activity.", nameof(method));
        return attribute.Name
            ?? (typeof(Task).IsAssignableFrom(method.ReturnType) && method.Name.EndsWith("Async", StringComparison.Ordinal) ? method.Name[..^"Async".Length] : method.Name);
    }

    private static Type? ResultOf(Type type) =>
        type == typeof(void) || type == typeof(Task) ? null
        : type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Task<>) ? type.GetGenericArguments()[0]
        : type;
}
