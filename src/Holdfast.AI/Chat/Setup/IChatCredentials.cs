namespace Holdfast.AI.Chat;

/// <summary>
/// Finds the secret behind a reference, at the moment of the call: so a key that was changed is used from the next attempt on, and
/// histories hold references only. Register one of your own to keep keys in a vault; otherwise those of
/// <see cref="DurableChatBuilder.AddCredential"/> are found.
/// </summary>
/// <remarks>
/// Called before each request. For a workflow's call that is within its activity, and <c>ActivityExecutionContext.Current</c> tells for which run; the
/// client of other code calls it where that code runs.
/// </remarks>
public interface IChatCredentials
{
    /// <exception cref="Models.ModelException">There is none, or it may not be used.</exception>
    ValueTask<string> ResolveAsync(string reference, CancellationToken cancellationToken);
}
