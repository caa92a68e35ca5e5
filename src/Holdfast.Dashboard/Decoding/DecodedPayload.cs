namespace Holdfast.Dashboard.Decoding;

/// <summary>A payload as a person can read it.</summary>
/// <param name="Form">What <paramref name="Text"/> is.</param>
/// <param name="Text">The readable form, shortened when it is very long.</param>
/// <param name="Encoding">The encoding that the sender named, such as <c>json/plain</c>; empty if it named none.</param>
/// <param name="SizeBytes">The size of the data as it was sent.</param>
/// <param name="IsShortened">Whether <paramref name="Text"/> leaves out the end.</param>
public sealed record DecodedPayload(PayloadForm Form, string Text, string Encoding, long SizeBytes, bool IsShortened);
