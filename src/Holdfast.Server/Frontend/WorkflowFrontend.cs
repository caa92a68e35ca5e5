using Holdfast.Runtime;
using Holdfast.Server.Generated;
using Holdfast.Server.Hosting;
using Holdfast.Server.Namespaces;

namespace Holdfast.Server.Frontend;

/// <summary>
/// <c>temporal.api.workflowservice.v1.WorkflowService</c>: each method resolves the namespace, checks the request, and passes it on to
/// whoever decides it. One file for each concern; what no file overrides answers UNIMPLEMENTED.
/// </summary>
internal sealed partial class WorkflowFrontend(RunningServer server) : WorkflowServiceBase
{
    private IShards Shards => server.Shards;

    private Namespace Resolve(string name) => server.Namespaces.Resolve(name).OrThrow();
}
