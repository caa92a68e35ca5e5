using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text;

namespace Holdfast.EmailSupport.Mail;

/// <summary>Makes the charsets of old mail known to the runtime, which by itself knows Unicode and Latin-1.</summary>
internal static class Charsets
{
    // At load and not at first use: the mail library remembers which charsets there are when it is first touched, by whatever part.
    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "This assembly is an application: nothing else decides what its process knows.")]
    internal static void Register() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
}
