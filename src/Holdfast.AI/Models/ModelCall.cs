using Microsoft.Extensions.AI;

namespace Holdfast.AI.Models;

/// <summary>One model call inside an activity.</summary>
public static class ModelCall
{
    /// <summary>
    /// Sends the messages and gives the answer's text. One call, one attempt: the activity's retry policy does the rest, so run one
    /// of these per activity.
    /// </summary>
    /// <exception cref="Temporalio.Exceptions.ApplicationFailureException">
    /// The call failed. The error type is one of <see cref="ModelFailureKind"/>; it says whether to retry and when.
    /// </exception>
    public static async Task<ModelAnswer> AskAsync(
        this ChatModel model, IReadOnlyList<ChatMessage> messages, ChatOptions options, CancellationToken cancellationToken)
    {
        try
        {
            var response = await model.Client.GetResponseAsync(messages, options, cancellationToken);
            if (response.FinishReason == ChatFinishReason.ContentFilter)
                throw new ModelException(ModelFailureKind.Refused, retryable: false, "The model refused to answer.");

            return new ModelAnswer(
                response.Text,
                response.ModelId ?? model.Name,
                response.FinishReason == ChatFinishReason.Length,
                response.Usage?.InputTokenCount,
                response.Usage?.OutputTokenCount);
        }
        catch (ModelException exception)
        {
            throw exception.ToFailure();
        }
    }
}
