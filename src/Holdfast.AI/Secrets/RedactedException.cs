namespace Holdfast.AI.Secrets;

/// <summary>Stands for an exception whose text held a secret.</summary>
/// <param name="message">Its whole text, with the secret blotted out.</param>
public sealed class RedactedException(string message) : Exception(message)
{
    public override string ToString() => Message;
}
