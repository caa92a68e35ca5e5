namespace Holdfast.EmailSupport.Hosting;

/// <summary>What the command line says.</summary>
/// <param name="DataFolder">Absolute path of the folder that holds everything.</param>
/// <param name="Port">The gRPC port of the server that is hosted here; 0 takes a free one.</param>
/// <param name="UiPort">The dashboard's port; 0 takes a free one.</param>
/// <param name="Samples">Put the sample e-mails into the inbox.</param>
/// <param name="Target">HOST:PORT of a server that is not hosted here; null hosts one.</param>
internal sealed record StartOptions(string DataFolder, int Port, int UiPort, bool Samples, string? Target);
