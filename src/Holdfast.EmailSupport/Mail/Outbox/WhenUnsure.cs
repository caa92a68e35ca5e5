namespace Holdfast.EmailSupport.Mail.Outbox;

/// <summary>What to do when the connection broke after the mail was handed over and before the server said that it has it.</summary>
internal enum WhenUnsure
{
    /// <summary>Send the same mail again, with the same Message-ID: better twice than never.</summary>
    SendAgain,

    /// <summary>Send nothing and fail, so that a person looks: better never than twice.</summary>
    AskPerson,
}
