namespace Holdfast.AI.Approvals;

/// <summary>Why a decision is not taken: an error type that a caller can act on and a sentence for the human.</summary>
internal sealed record ApprovalRefusal(string Type, string Message)
{
    public const string Unknown = "ApprovalUnknown";
    public const string AlreadyDecided = "ApprovalAlreadyDecided";
    public const string NotAllowed = "ApprovalNotAllowed";
    public const string ContentChanged = "ApprovalContentChanged";
    public const string InvalidDecision = "ApprovalInvalidDecision";
}
