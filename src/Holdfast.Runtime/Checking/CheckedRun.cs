using Holdfast.Engine;
using Holdfast.Engine.Workflows;

namespace Holdfast.Runtime.Checking;

/// <summary>What a check made of one run; without a state when its journal does not give one.</summary>
internal sealed record CheckedRun(RunKey Run, MutableState? State, IReadOnlyList<string> Problems);
