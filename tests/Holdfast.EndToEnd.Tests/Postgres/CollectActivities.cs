using Temporalio.Activities;

namespace Holdfast.EndToEnd.Tests.Postgres;

public sealed class CollectActivities
{
    [Activity]
    public string Handle(string item) => item;
}
