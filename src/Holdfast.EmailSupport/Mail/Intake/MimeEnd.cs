using System.Text;
using MimeKit;

namespace Holdfast.EmailSupport.Mail.Intake;

/// <summary>Tells whether a mail's end has not been written yet, where the mail itself announces its end.</summary>
internal static class MimeEnd
{
    /// <summary>True when the mail announces several parts and the line that closes them is not there.</summary>
    public static bool IsMissing(byte[] raw)
    {
        try
        {
            var headers = HeaderList.Load(new MemoryStream(raw, writable: false));
            if (headers[HeaderId.ContentType] is not { } type || !ContentType.TryParse(type, out var parsed)
                || !parsed.IsMimeType("multipart", "*") || string.IsNullOrEmpty(parsed.Boundary))
                return false;

            return raw.AsSpan().LastIndexOf(Encoding.Latin1.GetBytes($"--{parsed.Boundary}--")) < 0;
        }
        catch (FormatException)
        {
            return false;
        }
    }
}
