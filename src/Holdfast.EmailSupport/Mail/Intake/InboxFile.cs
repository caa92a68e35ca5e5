namespace Holdfast.EmailSupport.Mail.Intake;

/// <summary>A file in the inbox that has stopped growing.</summary>
/// <param name="IsOld">It has not changed for so long that nothing more will come.</param>
internal sealed record InboxFile(string Path, long Length, bool IsOld)
{
    public string Name => System.IO.Path.GetFileName(Path);
}
