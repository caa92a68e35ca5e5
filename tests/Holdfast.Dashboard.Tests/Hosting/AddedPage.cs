using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;

namespace Holdfast.Dashboard.Tests.Hosting;

/// <summary>A page that is not the dashboard's own.</summary>
[Route("/added")]
public sealed class AddedPage : ComponentBase
{
    public const string Text = "from another assembly";

    protected override void BuildRenderTree(RenderTreeBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddContent(0, Text);
    }
}
