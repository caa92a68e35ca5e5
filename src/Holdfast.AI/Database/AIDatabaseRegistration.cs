using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.AI.Database;

/// <summary>Puts the AI database into a program.</summary>
public static class AIDatabaseRegistration
{
    /// <summary>
    /// Opens the file when it is first needed. With a database runs belong to tenants (<see cref="Tenants.TenantNames"/>), and what is added besides
    /// finds its tables in it.
    /// </summary>
    public static IServiceCollection AddAIDatabase(this IServiceCollection services, string path) => services.AddSingleton(_ => AIDatabase.Open(path));
}
