namespace Holdfast.AI.Tracing.Telemetry;

/// <summary>The names under which OpenTelemetry is told of model requests.</summary>
public static class TelemetryNames
{
    /// <summary>
    /// The name of the activity source and of the meter. Subscribe to it (<c>AddSource</c>, <c>AddMeter</c>) for any back end but a Langfuse project
    /// that <see cref="LangfuseRegistration.AddLangfuse(Microsoft.Extensions.DependencyInjection.IServiceCollection, Action{LangfuseOptions})"/>
    /// serves already: that would count each request twice.
    /// </summary>
    public const string Source = "Holdfast.AI";
}
